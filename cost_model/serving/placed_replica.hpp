// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "cost_model/serving/engine_shares.hpp"
#include "cost_model/serving/replica_model.hpp"
#include "cost_model/serving/step_model.hpp"

namespace ridge::cost_model::serving {

/// Whose overheads and shares of the roofs a step has.
struct EngineChoice {
    EngineParameters parameters;           ///< those of an ideal engine, or of a file
    std::string framework;                 ///< not empty: the figures fitted on published measurements
    std::shared_ptr<const EngineFit> fit;  ///< then there
};

/// `engine` is one of configs/engines or a file, `fitted` a framework of configs/published/engine-fit.json
/// ("vllm", "trtllm" …); neither is an ideal engine. Throws InputError for both at once, and for a name that
/// is unknown.
[[nodiscard]] EngineChoice choose_engine(const std::string& engine, const std::string& fitted);

/// A model on devices as a simulation asks it. `device` has to outlive it.
struct PlacedReplica {
    ReplicaModel model;
    std::string no_room;  ///< why its KV cache holds nothing, with what would help; empty when it does
};

/// Throws InputError when the model cannot be spread so, or, for a fitted engine, when the device lacks a
/// figure or the parallelism is one that the fit does not know (pp, cp).
[[nodiscard]] PlacedReplica place_replica(const ModelConfig& model, const Precisions& precisions,
                                          const DeviceModel& device, const Parallelism& parallelism,
                                          const EngineChoice& engine);

}  // namespace ridge::cost_model::serving
