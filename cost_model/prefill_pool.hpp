// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cost_model/placement/placement.hpp"
#include "cost_model/token_cost.hpp"

/// Prefill on replicas of its own: what a prompt takes there, and how many of them a decoding replica keeps
/// busy.
namespace ridge::cost_model {

/// A replica of the pool. Throws InputError as placement_of does.
[[nodiscard]] Placement prefill_placement(const ModelConfig& model, const DeviceModel& device,
                                          const Workload& workload, const Deployment& deployment);

/// One prompt as the pool's replica works on it.
[[nodiscard]] Workload one_prompt(Workload workload);

/// Bytes that one of the pool's devices needs for it.
[[nodiscard]] MemoryNeed prefill_need(const Placement& pool, Deployment deployment, const Workload& workload);

/// `prompt_s` of one prompt, `decode_s` of a whole batch's decoding.
[[nodiscard]] PrefillPoolCost prefill_pool_cost(const Placement& pool, const SeparatePrefill& prefill,
                                                const Workload& workload, double prompt_s, double decode_s);

}  // namespace ridge::cost_model
