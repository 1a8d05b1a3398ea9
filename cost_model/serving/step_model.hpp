// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cost_model/placement/placement.hpp"
#include "cost_model/serving/part_table.hpp"
#include "cost_model/serving/step_cost.hpp"

namespace ridge::cost_model {

/// A model on devices under an engine, asked for times of steps. The graph's calls are evaluated on a grid
/// when it is made (some milliseconds), and cost() reads between (well under a microsecond).
class StepModel {
  public:
    explicit StepModel(Placement placement);
    StepModel(const ModelConfig& model, const Precisions& precisions, const DeviceModel& device,
              const Parallelism& parallelism = {}, const EngineParameters& engine = {},
              const TopologyOptions& topology = {});

    /// Throws InputError for a load with a number below 0, or with tokens and no sequences.
    [[nodiscard]] StepCost cost(const StepLoad& load) const;

    /// Positions that fit into the cache of all replicas after weights, workspace and activations; 0 when the
    /// weights do not fit; infinite where the device's memory is not known or nothing is cached.
    [[nodiscard]] double kv_capacity_tokens() const { return kv_capacity_tokens_; }
    /// Bytes of one position of one sequence, each value counted once.
    [[nodiscard]] double kv_bytes_per_token() const { return kv_bytes_per_token_; }
    [[nodiscard]] double weight_bytes_per_device() const { return weight_bytes_per_device_; }
    [[nodiscard]] double devices() const { return placement_.devices(); }
    [[nodiscard]] const Placement& placement() const { return placement_; }

  private:
    Placement placement_;
    Power power_;
    PartTable rows_, sequences_, send_, ring_;
    PartPlane decode_;
    PromptTable prompt_;
    double kv_capacity_tokens_ = 0, kv_bytes_per_token_ = 0, weight_bytes_per_device_ = 0;
};

}  // namespace ridge::cost_model
