// SPDX-License-Identifier: Apache-2.0
#include "tuner/call_search.hpp"

#include <algorithm>

#include "tuner/random.hpp"

namespace ridge::tuner {
namespace {

std::string key_of(const std::string& implementation, const KernelConfig& config) {
    return implementation + "\n" + config.text();
}

// The same text as former versions made, so that their campaigns go the same way when they are resumed.
std::uint64_t seed_of(const SuiteCall& call, const std::string& implementation, std::uint64_t seed) {
    return hash_text(call.call + "\n" + std::string(name(call.cache)) + "\n" + implementation + "\n" +
                     std::to_string(seed));
}

}  // namespace

CallSearch::CallSearch(const PlannedCall& planned, CallContext context)
    : planned_(&planned), context_(std::move(context)) {
    course_.weight = planned.call.weight;
    for (const auto index : planned.candidates) {
        const auto& candidate = context_.plan->candidates[index];
        lanes_.emplace_back(candidate, *context_.options,
                            seed_of(planned.call, candidate.info.name, context_.options->seed),
                            context_.prior(planned.call, candidate));
    }
    for (auto& record : context_.known) {
        if (record.round > 0)
            later_.push_back(std::move(record));
        else
            known_.emplace(key_of(record.implementation, record.config), std::move(record));
    }
    context_.known.clear();
}

bool CallSearch::begun() const {
    return std::ranges::all_of(lanes_, [](const Lane& lane) {
        return lane.over() || lane.proposed() + static_cast<std::int64_t>(lane.in_flight()) > 0;
    });
}

bool CallSearch::timed_only() const {
    return context_.options->objectives.size() == 1 &&
           context_.options->objectives.front() == db::Objective::time;
}

std::optional<CallSearch::Job> CallSearch::next(bool beside) {
    if (over_) return std::nullopt;
    if (!race_) {
        if (auto job = next_of_lanes(false)) return job;
        if (beside)
            if (auto job = next_of_lanes(true)) return job;
        if (in_flight_ > 0) return std::nullopt;
        begin_final();
    }
    return next_of_final();
}

// The lanes take turns; a turn that the store answers is followed by that of the next lane.
std::optional<CallSearch::Job> CallSearch::next_of_lanes(bool beside) {
    for (std::size_t silent = 0; silent < lanes_.size() && !is_good_enough();) {
        const auto lane = turn_;
        turn_ = (turn_ + 1) % lanes_.size();
        const auto index = lanes_[lane].next(beside);
        if (!index) {
            ++silent;
            continue;
        }
        silent = 0;
        if (auto job = job_unless_known(lane, *index)) return job;
    }
    return std::nullopt;
}

std::optional<CallSearch::Job> CallSearch::job_unless_known(std::size_t number, std::size_t index) {
    auto& lane = lanes_[number];
    const auto config = lane.candidate().space.config(index);
    const auto& implementation = lane.candidate().info.name;
    if (const auto found = known_.find(key_of(implementation, config)); found != known_.end()) {
        learn(number, index, found->second);
        return std::nullopt;
    }
    if (lane.proposed() > 0 && context_.out_of_time()) {
        lane.close();
        cut_ = true;
        return std::nullopt;
    }
    Job job{.lane = number, .index = index, .request = request_of(implementation, config)};
    if (context_.options->race && timed_only() && is_tunable(lane.candidate()))
        job.request.budget.rival = rival_;
    lane.begin(index);
    ++in_flight_;
    return job;
}

void CallSearch::begin_final() {
    const auto most = static_cast<std::size_t>(context_.options->finalists);
    auto candidates = first_;
    std::erase_if(candidates, [&](const db::Record& record) {
        return !is_tunable(*context_.plan, *planned_, record.implementation);
    });
    if (most == 0 || cut_ || !timed_only()) candidates.clear();
    race_.emplace(finalists(std::move(candidates), most), later_, context_.options->budget);
}

// One turn at a time, so that the finalists are measured under the same conditions.
std::optional<CallSearch::Job> CallSearch::next_of_final() {
    if (in_flight_ > 0) return std::nullopt;
    const auto which = race_->next();
    if (!which) {
        over_ = true;
        return std::nullopt;
    }
    const auto& finalist = race_->finalist(*which);
    Job job{.index = *which, .final = true, .request = request_of(finalist.implementation, finalist.config)};
    job.request.budget = race_->share();
    ++in_flight_;
    return job;
}

protocol::MeasureRequest CallSearch::request_of(const std::string& implementation,
                                                const KernelConfig& config) const {
    return {.id = 0,
            .call = planned_->call.call,
            .implementation = implementation,
            .config = config,
            .cache = planned_->call.cache,
            .seed = context_.options->seed,
            .verify = true,
            .budget = context_.options->budget};
}

db::Record CallSearch::record_of(const Job& job, Measurement measurement) {
    if (job.final) return race_->take(job.index, std::move(measurement));
    db::Record record;
    record.call = job.request.call;
    record.implementation = job.request.implementation;
    record.implementation_version = lanes_[job.lane].candidate().info.version;
    record.config = job.request.config;
    record.seed = job.request.seed;
    if (measurement.status == Status::ok) record.summary = summarize(measurement.samples_s);
    record.measurement = std::move(measurement);
    return record;
}

void CallSearch::take(const Job& job, const db::Record& record, double busy_s) {
    --in_flight_;
    if (job.final) return;
    course_.spent_s += busy_s;
    learn(job.lane, job.index, record);
}

void CallSearch::close_lanes() {
    for (auto& lane : lanes_) lane.close();
}

void CallSearch::give_back(const Job& job) {
    --in_flight_;
    if (!job.final) lanes_[job.lane].give_back(job.index);
}

void CallSearch::learn(std::size_t number, std::size_t index, const db::Record& record) {
    auto& lane = lanes_[number];
    if (record.summary) {
        const double median = record.summary->median;
        best_s_ = std::min(median, best_s_.value_or(median));
        if (is_tunable(lane.candidate()) && (!racing_best_s_ || median < *racing_best_s_)) {
            racing_best_s_ = median;
            rival_ = rival_of(record.measurement.samples_s);
        }
        first_.push_back(record);
    }
    course_.add(outcome_of(record, Aim(context_.options->objectives)).value);
    const bool gave_up = lane.gave_up_after() > 0;
    lane.take(index, record);
    if (!gave_up && lane.gave_up_after() > 0)
        context_.note("implementation '" + record.implementation + "' was given up on '" + record.call +
                      "' after " + std::to_string(lane.gave_up_after()) + " failures in a row");
}

// Whether the best time has the wanted share of the time that the roofs allow at least.
bool CallSearch::is_good_enough() const {
    return context_.options->good_enough > 0 && best_s_ && context_.roof_time_s &&
           *context_.roof_time_s >= context_.options->good_enough * *best_s_;
}

}  // namespace ridge::tuner
