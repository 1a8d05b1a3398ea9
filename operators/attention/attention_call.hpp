// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/catalogue.hpp"

namespace ridge::operators {

/// Causal scaled dot-product attention with grouped heads over a key-value cache, computed without writing
/// the scores to memory. The `queries` last of `context` positions of each sequence are asked: queries =
/// context is a prefill from nothing, queries = 1 a decode step, anything between a chunk or a prompt with a
/// cached prefix.
struct AttentionCall {
    std::int64_t batch = 0;     ///< sequences
    std::int64_t heads = 0;     ///< query heads
    std::int64_t kv_heads = 0;  ///< heads of keys and values; divides heads
    std::int64_t head_dim = 0;
    std::int64_t queries = 0;  ///< new positions of each sequence
    std::int64_t context = 0;  ///< positions attended to, the new ones included
    NumberFormat q;            ///< queries and output; precision of the arithmetic
    NumberFormat kv;           ///< keys and values as cached

    [[nodiscard]] static AttentionCall from(const OperatorCall& call);
    [[nodiscard]] OperatorCall call() const;
};

/// Pairs of query and key that the causal mask lets through, of one head and one sequence:
/// query i (0 … queries-1) sees context - queries + i + 1 keys.
[[nodiscard]] double causal_pairs(std::int64_t queries, std::int64_t context);

/// attention, and its relatives: attention_sliding (a window), attention_paged (decode over pages of a cache)
/// and attention_mla (decode over the latent vectors of DeepSeek-V2, DeepSeek-AI 2024, with the projections
/// of keys and values absorbed into queries and output).
[[nodiscard]] std::vector<OperatorInfo> attention_operators();

}  // namespace ridge::operators
