// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "cost_model/serving/engine_choice.hpp"
#include "cost_model/serving/replica_model.hpp"
#include "cost_model/serving/step_model.hpp"

namespace ridge::cost_model::serving {

/// A model on devices as a simulation asks it. `device` has to outlive it.
struct PlacedReplica {
    ReplicaModel model;
    std::string no_room;  ///< why its KV cache holds nothing, with what would help; empty when it does
};

/// Throws InputError when the model cannot be spread so.
[[nodiscard]] PlacedReplica place_replica(const ModelConfig& model, const Precisions& precisions,
                                          const DeviceModel& device, const Parallelism& parallelism,
                                          const EngineChoice& engine);

}  // namespace ridge::cost_model::serving
