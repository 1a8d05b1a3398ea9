// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "cost_model/serving/policy.hpp"
#include "cost_model/serving/replica.hpp"
#include "cost_model/serving/replica_model.hpp"
#include "cost_model/serving/request.hpp"

namespace ridge::cost_model::serving {

/// A pool of replicas that only do prompts, whose KV then goes over a network (Zhong et al., OSDI 2024).
struct PrefillPool {
    ReplicaModel model;
    std::int64_t replicas = 1;
    double bytes_per_s = 0;  ///< that one replica sends with; transfers queue up behind each other
    double latency_s = 0;    ///< of each transfer
};

/// Replicas of one service behind a router.
struct Service {
    ReplicaModel model;
    std::int64_t replicas = 1;
    Policy policy;
    std::optional<PrefillPool> prefill;  ///< then `model` and `replicas` only decode

    [[nodiscard]] double devices() const;
};

/// Throws InputError for a service that makes no sense.
void check(const Service& service);

struct SimulationOptions {
    double warm_up = 0.1;  ///< share of the requests, the first ones, that no percentile or rate counts
    /// Called now and then with the requests that are answered; false ends the simulation.
    std::function<bool(std::size_t done)> progress = {};
};

/// What happened. Rates are over the window: from the arrival of the first counted request to that of the
/// last one, or to the last answer when all came at once.
struct SimulationRun {
    std::vector<Sequence> sequences;  ///< by request
    std::size_t first_counted = 0;
    std::size_t refused = 0;     ///< requests that no replica has KV or positions for
    std::size_t unfinished = 0;  ///< when it was interrupted
    double window_start_s = 0, window_end_s = 0;
    double end_s = 0;     ///< the last answer
    Tally tally;          ///< of all replicas, inside the window
    Tally prefill_tally;  ///< of the prefill pool alone
    Counts counts;        ///< of all replicas
    std::size_t waiting_at_last_arrival = 0;
    double transfer_s = 0;  ///< sending KV between the pools, all transfers together
};

/// Runs all requests to their end. The same input gives the same result.
[[nodiscard]] SimulationRun simulate(const Service& service, const Requests& requests,
                                     const SimulationOptions& options = {});

}  // namespace ridge::cost_model::serving
