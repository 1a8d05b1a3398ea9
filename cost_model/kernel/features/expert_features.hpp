// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cost_model/kernel/features/call_features.hpp"

namespace ridge::cost_model {

/// expert_layer and expert_layer_ungated.
[[nodiscard]] bool is_expert_layer(const OperatorCall& call, const Machine& machine);

/// Of the busiest rank; `config` may have "load" (ExpertLoad), even where it has none.
/// Ceilings, in seconds: compute (rows filled up to tiles of 64), DRAM (weights of the experts with tokens,
/// tokens in and out, that the caches do not hold), L2 (what the caches do hold).
/// Latencies: launch; step (64 features of a tile's k, one after the other, for each wave of tiles); expert
/// (experts with tokens); pass (microseconds at memory bandwidth for rows into the order of experts and
/// back); slot (the same for a row of each pair of token and expert, also of other ranks' experts, between
/// the parts of the layer); token (the same for every token in and out). Axes, log2: tokens, hidden, inter,
/// k, experts, local_experts, rows, touched (experts with tokens), busiest (rows of one expert), spread
/// (busiest over the mean of the experts touched).
[[nodiscard]] CallFeatures expert_features(const OperatorCall& call, const KernelConfig& config,
                                           CacheState cache, const Machine& machine);

}  // namespace ridge::cost_model
