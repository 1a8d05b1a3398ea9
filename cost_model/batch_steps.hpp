// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cost_model/placement/memory_fit.hpp"
#include "cost_model/serving/open_step.hpp"
#include "cost_model/token_cost.hpp"

/// The steps that a batch of equal requests takes on a placement, and the memory that it needs.
namespace ridge::cost_model {

/// Throws InputError as make_placement does, and for experts on a host that has none to compute or no memory
/// for them.
[[nodiscard]] Placement placement_of(const ModelConfig& model, const DeviceModel& device,
                                     const Workload& workload, const Deployment& deployment);

/// All prompts of the batch, in as many steps as the engine's chunk makes of them. Prompt tokens that exist
/// already are not computed; those of fused chunks are read from their tier, layer by layer behind the
/// computation.
[[nodiscard]] OpenStep open_prefill(const Placement& placement, const Deployment& deployment,
                                    const Workload& workload);

/// One step of decoding at `context`; with drafted tokens it checks all of them, and their making is part of
/// it.
[[nodiscard]] OpenStep open_decode(const Placement& placement, const Deployment& deployment,
                                   const Workload& workload, double context);

/// Bytes that one device needs.
[[nodiscard]] MemoryNeed need_of(const Placement& placement, const Deployment& deployment,
                                 const Workload& workload);

/// Sequences of the workload's length that all replicas hold, in `usable` bytes of each device; 0: none.
[[nodiscard]] double most_sequences(const Placement& placement, const Deployment& deployment,
                                    Workload workload, double usable);

/// Bytes of a device that the engine may fill; 0 when its memory is not known.
[[nodiscard]] double usable_bytes(const Placement& placement);

/// What would make the workload fit that does not, in a few words each: fewer sequences, narrower formats,
/// more devices, weights in DRAM. Empty when none of them does.
[[nodiscard]] std::vector<std::string> what_would_fit(const ModelConfig& model, const DeviceModel& device,
                                                      const Workload& workload, const Deployment& deployment);

}  // namespace ridge::cost_model
