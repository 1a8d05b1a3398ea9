// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cost_model/kernel/features/call_features.hpp"

namespace ridge::cost_model {

/// Attention of every kind: attention, attention_sliding, attention_paged, attention_mla,
/// attention_mla_prefill, on a device other than a processor.
[[nodiscard]] bool is_accelerator_attention(const OperatorCall& call, const Machine& machine);

/// "prefill" where several positions of a sequence are new, or all of them are; else "decode". On any device.
[[nodiscard]] std::string_view attention_regime(const OperatorCall& call);

/// Ceilings, in seconds:
///     compute  products of the key tiles met, masked corners of a tile included; of decode those of whole
///              groups of 16 query heads (the rows of a tensor core's instruction)
///     exp      exponentials of the same pairs
///     DRAM     queries, output and cached keys and values that the caches do not hold
///     L2       those that they do
/// Latencies:
///     launch   1
///     step     key tiles that the busiest unit walks over, one after the other
///     block    blocks of work that a unit takes one after the other
///     pass     microseconds at memory bandwidth for what is done before the products: rotation, appending to
///              the cache, quantisation
/// Axes, log2: blocks (sequences times kv heads), head_blocks (times query heads), query_rows, cached
/// (elements of keys that are seen), kv_heads, group (query heads of a kv head), even_group (1 where that is
/// a power of two, which libraries have other kernels for; in decode 2 more beyond 32, where times on L40S
/// jump), head_dim, queries, context (positions that the last query sees), unseen
/// (positions of the cache over those), tail. Blocks rather than sequences, because it is their number that
/// has to fill the units. Regime: attention_regime().
[[nodiscard]] CallFeatures attention_features(const OperatorCall& call, const KernelConfig& config,
                                              CacheState cache, const Machine& machine);

}  // namespace ridge::cost_model
