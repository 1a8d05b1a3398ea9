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

bool is_decided(const std::vector<Measurement>& measurements) {
    std::vector<Interval> intervals;
    for (const auto& one : measurements) {
        if (one.status != Status::ok && !one.reason.empty()) continue;  // out of the race
        if (!enough_for_interval(one.samples_s.size())) return false;
        intervals.push_back(median_interval(one.samples_s));
    }
    const auto lowest = std::ranges::min_element(intervals, {}, &Interval::high);
    return lowest == intervals.end() ||
           std::ranges::count_if(intervals, [&](const Interval& one) { return one.overlaps(*lowest); }) == 1;
}

// A turn that is not ok ends the race of its configuration: one that is wrong now and then is wrong.
void add(Measurement& sum, Measurement turn) {
    if (turn.status == Status::ok) {
        turn.samples_s.insert(turn.samples_s.begin(), sum.samples_s.begin(), sum.samples_s.end());
        turn.discarded += sum.discarded;
    }
    sum = std::move(turn);
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

std::vector<db::Record> race(std::vector<db::Record> records, const protocol::Budget& budget,
                             const MeasureShare& measure) {
    const auto share = share_of(budget);
    std::vector<Measurement> measured(records.size());
    for (std::int64_t turn = 0; turn < turns && !is_decided(measured); ++turn)
        for (std::size_t i = 0; i < records.size(); ++i)
            if (turn == 0 || measured[i].status == Status::ok) add(measured[i], measure(records[i], share));
    for (std::size_t i = 0; i < records.size(); ++i) {
        auto& record = records[i];
        record.round += 1;
        record.summary.reset();
        if (measured[i].status == Status::ok) record.summary = summarize(measured[i].samples_s);
        record.measurement = std::move(measured[i]);
    }
    return records;
}

}  // namespace ridge::tuner
