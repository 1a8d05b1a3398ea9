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
    double workspace = 0;    ///< context of the driver, kernels' workspace, communication buffers
    [[nodiscard]] double total() const { return weights + kv_cache + activations + workspace; }
};

[[nodiscard]] double weight_bytes(const ModelConfig& model, const Precisions& precisions);
/// Of it, the routed experts.
[[nodiscard]] double expert_weight_bytes(const ModelConfig& model, const Precisions& precisions);
/// What one more position of one sequence leaves in the cache of all layers that see everything, or of all
/// layers where all have the same window: 2 · layers · kv_heads · head_dim
/// elements, or with latent attention layers · (rank + rope_dim).
[[nodiscard]] double kv_bytes_per_token(const ModelConfig& model, const Precisions& precisions);
/// Largest set of activations alive at once over `rows` tokens, with logits of `logit_rows`.
[[nodiscard]] double activation_bytes(const ModelConfig& model, const Precisions& precisions, double rows,
                                      double logit_rows);
/// What one sequence leaves besides, however long it is: the states of recurrent layers (fp32) with the
/// inputs of their convolutions, and the windows of those layers that see less than the others.
[[nodiscard]] double state_bytes_per_sequence(const ModelConfig& model, const Precisions& precisions);
/// Keys, values and states of a sequence of `positions`.
[[nodiscard]] double sequence_bytes(const ModelConfig& model, const Precisions& precisions, double positions);
[[nodiscard]] MemoryNeed memory_need(const ModelConfig& model, const Precisions& precisions,
                                     std::int64_t batch, std::int64_t prompt_tokens,
                                     std::int64_t output_tokens);

}  // namespace ridge::cost_model
