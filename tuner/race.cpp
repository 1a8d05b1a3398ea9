// SPDX-License-Identifier: Apache-2.0
#include "tuner/race.hpp"

#include <algorithm>

#include "core/statistics.hpp"

namespace ridge::tuner {
namespace {

// A rival with few or lucky samples must not seem steadier than any machine is.
constexpr double least_spread = 0.01;
// Turns of each configuration: each gets a share of the sampling budget in each.
constexpr std::int64_t turns = 5;

protocol::Budget share_of(const protocol::Budget& budget) {
    auto share = budget;
    share.max_time_s /= static_cast<double>(turns);
    share.max_samples = std::max<std::int64_t>(1, budget.max_samples / turns);
    share.min_samples = std::clamp<std::int64_t>(budget.min_samples / turns, 1, share.max_samples);
    share.rival.reset();
    return share;
}

// A turn that is not ok ends the race of its configuration: one that is wrong now and then is wrong.
void add(Measurement& sum, Measurement turn) {
    if (turn.status == Status::ok) {
        turn.samples_s.insert(turn.samples_s.begin(), sum.samples_s.begin(), sum.samples_s.end());
        turn.discarded += sum.discarded;
    }
    sum = std::move(turn);
}

bool same_configuration(const db::Record& one, const db::Record& other) {
    return one.implementation == other.implementation && one.config == other.config;
}

}  // namespace

protocol::Rival rival_of(std::span<const double> samples_s) {
    return {.high_s = median_interval(samples_s).high,
            .spread = std::max(least_spread, median_absolute_deviation(samples_s) / median(samples_s))};
}

std::vector<db::Record> finalists(std::vector<db::Record> records, std::size_t most) {
    std::erase_if(records, [](const db::Record& record) {
        return record.measurement.status != Status::ok || !record.summary ||
               record.measurement.stop == "beaten";
    });
    std::ranges::stable_sort(records, {}, [](const db::Record& record) { return record.summary->median; });
    if (records.empty()) return records;
    const auto best = records.front().summary->interval;
    std::erase_if(records,
                  [&](const db::Record& record) { return !record.summary->interval.overlaps(best); });
    if (records.size() > most)
        records.erase(records.begin() + static_cast<std::ptrdiff_t>(most), records.end());
    if (records.size() < 2) records.clear();
    return records;
}

Race::Race(std::vector<db::Record> finalists, const std::vector<db::Record>& later,
           const protocol::Budget& budget)
    : share_(share_of(budget)) {
    for (auto& finalist : finalists) {
        Runner runner{.record = std::move(finalist), .sum = {}};
        for (const auto& record : later)
            if (record.round > runner.turns && same_configuration(record, runner.record)) {
                runner.sum = record.measurement;
                runner.turns = record.round;
            }
        runners_.push_back(std::move(runner));
    }
}

bool Race::decided() const {
    std::vector<Interval> intervals;
    for (const auto& runner : runners_) {
        if (runner.out()) continue;
        if (!enough_for_interval(runner.sum.samples_s.size())) return false;
        intervals.push_back(median_interval(runner.sum.samples_s));
    }
    const auto lowest = std::ranges::min_element(intervals, {}, &Interval::high);
    return lowest == intervals.end() ||
           std::ranges::count_if(intervals, [&](const Interval& one) { return one.overlaps(*lowest); }) == 1;
}

std::optional<std::size_t> Race::next() const {
    std::optional<std::size_t> fewest;
    std::int64_t most = 0;
    for (std::size_t i = 0; i < runners_.size(); ++i) {
        if (runners_[i].out()) continue;
        most = std::max(most, runners_[i].turns);
        if (!fewest || runners_[i].turns < runners_[*fewest].turns) fewest = i;
    }
    if (!fewest) return std::nullopt;
    // A race is looked at between whole turns of all.
    const bool between = runners_[*fewest].turns == most;
    return between && (most >= turns || decided()) ? std::nullopt : fewest;
}

db::Record Race::take(std::size_t which, Measurement turn) {
    auto& runner = runners_[which];
    add(runner.sum, std::move(turn));
    auto& record = runner.record;
    record.round = ++runner.turns;
    record.measurement = runner.sum;
    record.summary.reset();
    if (runner.sum.status == Status::ok) record.summary = summarize(runner.sum.samples_s);
    return record;
}

}  // namespace ridge::tuner
