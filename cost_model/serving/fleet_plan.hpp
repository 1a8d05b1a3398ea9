// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cost_model/serving/simulation.hpp"
#include "cost_model/serving/steady_state.hpp"
#include "cost_model/serving/summary.hpp"
#include "cost_model/serving/traffic.hpp"

namespace ridge::cost_model::serving {

/// A kind of replica that a fleet can be made of; with a prefill pool a group of replicas that share the
/// work.
struct FleetCandidate {
    std::string device;       ///< id
    std::string parallelism;  ///< "tp 4"; of a group in words
    ReplicaModel model;
    Policy policy;
    double usd_per_hour = 0;    ///< of one replica, or group
    std::int64_t decoding = 1;  ///< replicas of a group that decode
    std::optional<PrefillPool> prefill = {};

    [[nodiscard]] Service service() const;
};

/// What the fleet has to do.
struct FleetTarget {
    double requests_per_s = 0;
    Traffic traffic;  ///< lengths and prefixes; its arrivals are Poisson, or bursty with its variation
    Slo slo;
    int percentile = 95;  ///< of TTFT, TPOT and the request that the limits hold for
};
/// Throws InputError for a rate, limit or percentile that makes no sense, and for a target without limits.
void check(const FleetTarget& target);

/// A candidate at the highest rate at which one replica was seen to meet the target.
struct FleetOption {
    std::size_t candidate = 0;
    std::int64_t batch_limit = 0;  ///< sequences at once on a replica: the policy's, or fewer for the TPOT
    double replica_requests_per_s = 0;  ///< that a replica can bear
    std::int64_t replicas = 0;
    double usd_per_hour = 0;
    double usd_per_million_output = 0;
    double utilisation_of_rate = 0;  ///< the load over what the replicas could bear
    ServingSummary summary;          ///< of one replica with its share of the load
};

/// A candidate that does not meet the target even when hardly anything is asked of it.
struct FleetMiss {
    std::size_t candidate = 0;
    double excess = 0;  ///< the largest ratio of a figure to its limit; infinite when the model does not fit
    std::string reason;
};

struct FleetPlan {
    std::vector<FleetOption> options;  ///< confirmed by simulation, the cheapest first
    std::vector<FleetMiss> misses;     ///< the closest first
    std::size_t pruned = 0;            ///< cannot be cheaper than the second of the options
};

struct FleetPlanOptions {
    std::int64_t requests = 4000;  ///< simulated for each rate that is tried
    std::uint64_t seed = 1;
    std::function<void(std::size_t done, std::size_t total, const FleetCandidate&)> progress = {};
};

/// Bounds every candidate's rate by its steady state, and simulates one replica of those that could be among
/// the two cheapest, halving the interval of rates until it is 2 % wide. Throws InputError when no candidate
/// meets the target, naming the closest.
[[nodiscard]] FleetPlan plan_fleet(const FleetTarget& target, const std::vector<FleetCandidate>& candidates,
                                   const FleetPlanOptions& options = {});

/// One sentence: why the second option costs more than the first.
[[nodiscard]] std::string why_dearer(const std::vector<FleetCandidate>& candidates,
                                     const FleetOption& cheaper, const FleetOption& dearer);

}  // namespace ridge::cost_model::serving
