// SPDX-License-Identifier: Apache-2.0
#include "cost_model/serving/fleet_plan.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "core/text.hpp"
#include "core/units.hpp"
#include "cost_model/serving/separate_pools.hpp"

namespace ridge::cost_model::serving {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
// The steady state is a mean without fluctuation, so that a percentile is met at lower rates; what the two
// models of it may differ by is left as room.
constexpr double room_above_bound = 1.1;
constexpr double least_load = 0.02;      // of the bound, for whether a candidate can do it at all
constexpr double width_of_rates = 0.02;  // at which the search stops
constexpr double most_waiting = 0.05;  // of the requests when the last one comes; more is a queue that grows
constexpr double turnovers = 30;       // of the running sequences that a simulation lasts at least
constexpr std::int64_t most_simulated = 200'000;
constexpr double highest_load = 1e9;  // requests/s

struct Bound {
    std::size_t candidate = 0;
    SteadyState state;
    double least_usd_per_hour = 0;
};

struct Limit {
    const char* name;
    double value, limit;
};

std::vector<Limit> limits(const ServingSummary& summary, const FleetTarget& target) {
    std::vector<Limit> out;
    const auto add = [&](const char* name, const Percentiles& values, const std::optional<double>& limit) {
        if (limit) out.push_back({name, values.at(target.percentile), *limit});
    };
    add("TTFT", summary.ttft_s, target.slo.ttft_s);
    add("TPOT", summary.tpot_s, target.slo.tpot_s);
    add("request time", summary.request_s, target.slo.request_s);
    return out;
}

Limit worst(const ServingSummary& summary, const FleetTarget& target) {
    const auto all = limits(summary, target);
    return *std::ranges::max_element(all, {}, [](const Limit& limit) { return limit.value / limit.limit; });
}

std::int64_t fleet_of(double load, double rate) {
    return std::max<std::int64_t>(1, static_cast<std::int64_t>(std::ceil(load / rate * (1 - 1e-9))));
}

// One replica under a rate.
class Trial {
  public:
    Trial(const FleetTarget& target, const FleetCandidate& candidate, const FleetPlanOptions& options,
          double sequences)
        : target_(&target), traffic_(target.traffic), seed_(options.seed) {
        service_ = candidate.service();
        count_ = std::clamp(static_cast<std::int64_t>(turnovers * sequences), options.requests,
                            std::max(options.requests, most_simulated));
        if (!traffic_.arrivals.is_open()) traffic_.arrivals = {};
    }
    void limit_batch(std::int64_t sequences) { service_.policy.max_sequences = sequences; }
    [[nodiscard]] std::int64_t batch_limit() const { return service_.policy.max_sequences; }
    [[nodiscard]] ServingSummary at(double rate) {
        traffic_.arrivals.per_second = rate;
        if (requests_.all.empty())
            requests_ = make_requests(traffic_, count_, seed_);
        else
            set_arrivals(requests_, traffic_.arrivals, seed_);
        return summarise(simulate(service_, requests_), service_, requests_, target_->slo);
    }
    [[nodiscard]] bool meets(const ServingSummary& summary) const {
        const auto waiting = static_cast<double>(summary.waiting_at_last_arrival);
        return summary.refused == 0 && waiting <= most_waiting * static_cast<double>(summary.requests) &&
               std::ranges::all_of(limits(summary, *target_),
                                   [](const Limit& limit) { return limit.value <= limit.limit; });
    }
    // The highest rate up to `most` that is met, 0 when not even `least` is.
    [[nodiscard]] double highest_rate(double least, double most) {
        if (!meets(at(least))) return 0;
        double low = least, high = most;
        while (high - low > width_of_rates * high) {
            const double middle = 0.5 * (low + high);
            (meets(at(middle)) ? low : high) = middle;
        }
        return low;
    }

  private:
    const FleetTarget* target_;
    Traffic traffic_;
    std::uint64_t seed_;
    Service service_;
    std::int64_t count_ = 0;
    Requests requests_;
};

MeanRequest mean_of(const Traffic& traffic) {
    return {traffic.prompt_tokens.mean(), traffic.output_tokens.mean()};
}

FleetMiss too_large(std::size_t index, const FleetCandidate& candidate, const MeanRequest& request) {
    return {index, infinite,
            candidate.device + " " + candidate.parallelism + " has room for the KV of " +
                number_text(std::floor(candidate.model.kv_capacity_tokens)) + " tokens" +
                ", and a request needs " +
                number_text(std::round(request.prompt_tokens + request.output_tokens))};
}

FleetMiss too_slow(std::size_t index, const FleetCandidate& candidate, const FleetTarget& target,
                   const ServingSummary& idle) {
    if (idle.refused > 0)
        return {index, infinite,
                candidate.device + " " + candidate.parallelism + " cannot hold " +
                    std::to_string(idle.refused) + " of " + std::to_string(idle.requests) +
                    " requests: their KV is beyond its memory, or their length beyond the model's positions"};
    const auto limit = worst(idle, target);
    return {index, limit.value / limit.limit,
            candidate.device + " " + candidate.parallelism + " has a " + limit.name + " of " +
                quantity(limit.value, "s") + " (p" + std::to_string(target.percentile) +
                ") with hardly any load, where " + quantity(limit.limit, "s") + " is asked for"};
}

class Planner {
  public:
    Planner(const FleetTarget& target, const std::vector<FleetCandidate>& candidates,
            const FleetPlanOptions& options)
        : target_(target), candidates_(candidates), options_(options), request_(mean_of(target.traffic)) {}

    FleetPlan plan() {
        auto bounds = bound_all();
        for (std::size_t i = 0; i < bounds.size(); ++i) {
            if (plan_.options.size() >= 2 && bounds[i].least_usd_per_hour > plan_.options[1].usd_per_hour) {
                plan_.pruned = bounds.size() - i;
                break;
            }
            if (options_.progress) options_.progress(i, bounds.size(), candidates_[bounds[i].candidate]);
            confirm(bounds[i]);
        }
        std::ranges::stable_sort(plan_.misses, {}, &FleetMiss::excess);
        return std::move(plan_);
    }

  private:
    std::vector<Bound> bound_all() {
        std::vector<Bound> bounds;
        for (std::size_t i = 0; i < candidates_.size(); ++i) {
            const auto& candidate = candidates_[i];
            if (most_sequences(candidate.model, candidate.policy, request_) < 1) {
                plan_.misses.push_back(too_large(i, candidate, request_));
                continue;
            }
            const auto state = fastest(candidate);
            const auto least = fleet_of(target_.requests_per_s, room_above_bound * state.requests_per_s);
            bounds.push_back({i, state, static_cast<double>(least) * candidate.usd_per_hour});
        }
        std::ranges::stable_sort(bounds, {}, &Bound::least_usd_per_hour);
        return bounds;
    }

    [[nodiscard]] SteadyState fastest(const FleetCandidate& candidate) const {
        const double step_s = target_.slo.tpot_s.value_or(infinite);
        return candidate.prefill ? fastest_apart(candidate.service(), request_, step_s)
                                 : fastest_within(candidate.model, candidate.policy, request_, step_s);
    }

    // Tries the policy's batch limit, and the one that holds the TPOT in the mean.
    void confirm(const Bound& bound) {
        const auto& candidate = candidates_[bound.candidate];
        Trial trial(target_, candidate, options_,
                    bound.state.sequences * static_cast<double>(candidate.decoding));
        const double most = room_above_bound * bound.state.requests_per_s, least = least_load * most;
        double best_rate = 0;
        std::int64_t best_limit = candidate.policy.max_sequences;
        for (const auto limit :
             {candidate.policy.max_sequences, static_cast<std::int64_t>(bound.state.sequences)}) {
            if (best_rate > 0 && limit == best_limit) continue;
            trial.limit_batch(limit);
            if (const double rate = trial.highest_rate(least, most); rate > best_rate)
                best_rate = rate, best_limit = limit;
        }
        trial.limit_batch(best_limit);
        if (best_rate > 0)
            add_option(bound.candidate, trial, best_rate);
        else
            plan_.misses.push_back(too_slow(bound.candidate, candidate, target_, trial.at(least)));
    }

    void add_option(std::size_t index, Trial& trial, double rate) {
        const auto& candidate = candidates_[index];
        FleetOption option;
        option.candidate = index;
        option.batch_limit = trial.batch_limit();
        option.replica_requests_per_s = rate;
        option.replicas = fleet_of(target_.requests_per_s, rate);
        const auto count = static_cast<double>(option.replicas);
        option.usd_per_hour = count * candidate.usd_per_hour;
        option.utilisation_of_rate = target_.requests_per_s / (count * rate);
        option.usd_per_million_output =
            option.usd_per_hour / 3600.0 / (target_.requests_per_s * request_.output_tokens) * 1e6;
        option.summary = trial.at(target_.requests_per_s / count);
        plan_.options.push_back(std::move(option));
        std::ranges::stable_sort(plan_.options, {}, &FleetOption::usd_per_hour);
    }

    const FleetTarget& target_;
    const std::vector<FleetCandidate>& candidates_;
    const FleetPlanOptions& options_;
    MeanRequest request_;
    FleetPlan plan_;
};

}  // namespace

Service FleetCandidate::service() const { return {model, decoding, policy, prefill}; }

void check(const FleetTarget& target) {
    if (!(target.requests_per_s > 0 && target.requests_per_s <= highest_load))
        throw InputError("the load is " + number_text(target.requests_per_s) +
                         " requests/s, should be above 0 and at most 10^9");
    if (target.slo.empty())
        throw InputError("the target has no limit: give one of TTFT, TPOT or request time");
    check(target.slo);
    (void)Percentiles{}.at(target.percentile);
    if (!target.traffic.trace.empty())
        throw InputError("a fleet is planned for distributions of lengths, not for a trace");
}

FleetPlan plan_fleet(const FleetTarget& target, const std::vector<FleetCandidate>& candidates,
                     const FleetPlanOptions& options) {
    check(target);
    if (candidates.empty()) throw InputError("there is no candidate to plan a fleet with");
    for (const auto& candidate : candidates)
        if (!(candidate.usd_per_hour > 0))
            throw InputError(candidate.device + ": the price of " + number_text(candidate.usd_per_hour) +
                             " USD/h should be above 0");
    auto plan = Planner(target, candidates, options).plan();
    if (plan.options.empty())
        throw InputError("no candidate meets the target; the closest: " + plan.misses.front().reason);
    return plan;
}

std::string why_dearer(const std::vector<FleetCandidate>& candidates, const FleetOption& cheaper,
                       const FleetOption& dearer) {
    const auto text_of = [&](const FleetOption& option) {
        const auto& candidate = candidates[option.candidate];
        return std::to_string(option.replicas) + " of " + candidate.device + " " + candidate.parallelism +
               ", each " + significant(option.replica_requests_per_s) + " requests/s for $" +
               significant(candidate.usd_per_hour) + "/h";
    };
    return text_of(dearer) + ", cost " + percent(dearer.usd_per_hour / cheaper.usd_per_hour - 1) +
           " more than " + text_of(cheaper);
}

}  // namespace ridge::cost_model::serving
