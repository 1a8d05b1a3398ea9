// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "cost_model/serving/simulation.hpp"
#include "cost_model/serving/steady_state.hpp"

/// The steady state of services whose prompts have replicas of their own.
namespace ridge::cost_model::serving {

/// Prompts a second of one replica of the pool, as many at once as its steps take, and no more than its
/// network sends.
[[nodiscard]] double prompts_per_s(const PrefillPool& pool, const Policy& policy, const MeanRequest& request);

/// The highest rate of a service with a prefill pool in which decode steps take at most `step_s`: what the
/// slower pool bears. `sequences` and the step are those of one decoding replica that is full.
[[nodiscard]] SteadyState fastest_apart(const Service& service, const MeanRequest& request, double step_s);

struct PoolSizes {
    std::int64_t prefill = 1, decode = 1;
    bool operator==(const PoolSizes&) const = default;
};
/// Few replicas of each pool in about the proportion in which both are busy, more prefill than that and less.
[[nodiscard]] std::vector<PoolSizes> pool_sizes(const Service& one_of_each, const MeanRequest& request,
                                                double step_s);

}  // namespace ridge::cost_model::serving
