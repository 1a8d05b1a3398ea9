// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <limits>

#include "cost_model/serving/step_cost.hpp"

namespace ridge::cost_model::serving {

/// What a simulation has to know of a model on its devices: one replica of a service.
struct ReplicaModel {
    std::function<StepCost(const StepLoad&)> step;
    double kv_capacity_tokens = 0;  ///< positions that its KV cache holds, of all sequences together
    double kv_bytes_per_token = 0;
    double most_positions = std::numeric_limits<double>::infinity();  ///< of one sequence: the model's
    double devices = 1;
    double idle_w = 0;  ///< of all its devices together, while no step runs
};

/// Throws InputError when it has no room for KV or no device.
void check(const ReplicaModel& model);

}  // namespace ridge::cost_model::serving
