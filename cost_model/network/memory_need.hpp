// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "cost_model/network/transformer_graph.hpp"

namespace ridge::cost_model {

/// Bytes that serving needs at once.
struct MemoryNeed {
    double weights = 0;
    double kv_cache = 0;     ///< of every sequence at its longest
    double activations = 0;  ///< largest set alive at once: two residual streams and the widest layer's in-
                             ///< and output, and logits
    [[nodiscard]] double total() const { return weights + kv_cache + activations; }
};

[[nodiscard]] double weight_bytes(const ModelConfig& model, const Precisions& precisions);
/// What one position of one sequence leaves in the cache of all layers: 2 · layers · kv_heads · head_dim
/// elements, or with latent attention layers · (rank + rope_dim).
[[nodiscard]] double kv_bytes_per_token(const ModelConfig& model, const Precisions& precisions);
[[nodiscard]] MemoryNeed memory_need(const ModelConfig& model, const Precisions& precisions,
                                     std::int64_t batch, std::int64_t prompt_tokens,
                                     std::int64_t output_tokens);

}  // namespace ridge::cost_model
