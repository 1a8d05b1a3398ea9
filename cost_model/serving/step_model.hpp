// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "cost_model/placement/memory_fit.hpp"
#include "cost_model/placement/placement.hpp"
#include "cost_model/serving/demand_table.hpp"
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

    /// The same under another engine, at the cost of a few numbers: the grid does not depend on it. Throws
    /// InputError for an engine that makes no sense.
    void serve_with(const EngineParameters& engine);

    /// Throws InputError for a load with a number below 0, or with tokens and no sequences.
    [[nodiscard]] StepCost cost(const StepLoad& load) const;

    /// Positions that fit into the cache of all replicas after weights, workspace and activations; 0 when the
    /// weights do not fit; infinite where the device's memory is not known or nothing is cached.
    [[nodiscard]] double kv_capacity_tokens() const { return kv_capacity_tokens_; }
    /// Bytes of one position of one sequence, each value counted once.
    [[nodiscard]] double kv_bytes_per_token() const { return kv_bytes_per_token_; }
    [[nodiscard]] double weight_bytes_per_device() const { return weight_bytes_per_device_; }
    [[nodiscard]] const MemoryFit& memory() const { return fit_; }
    [[nodiscard]] double devices() const { return placement_.devices(); }
    [[nodiscard]] const Placement& placement() const { return placement_; }

  private:
    struct Tables {
        DemandLine rows, sequences;
        DemandPlane decode;
        PromptTable prompt;
    };
    [[nodiscard]] static std::shared_ptr<const Tables> tables_of(const Placement& placement);

    Placement placement_;
    Power power_;
    std::shared_ptr<const Tables> tables_;
    MemoryFit fit_;
    double kv_capacity_tokens_ = 0, kv_bytes_per_token_ = 0, weight_bytes_per_device_ = 0;
};

}  // namespace ridge::cost_model
