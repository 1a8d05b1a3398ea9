// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "cost_model/network/model_config.hpp"
#include "cost_model/network/network_call.hpp"

namespace ridge::cost_model {

/// A pass of `new_tokens` positions a sequence with `context` positions to attend to, the new ones included.
/// A decoder computes logits for the last position of each sequence only, an encoder for all.
struct Pass {
    std::int64_t batch = 1;
    std::int64_t new_tokens = 1;
    std::int64_t context = 1;
    std::int64_t page = 16;  ///< tokens of a page of the KV cache (vLLM's default: Kwon et al. 2023)
    /// Rows that the experts of one device work on; 0: every row's choice, all experts being here.
    std::int64_t expert_rows = 0;
};
[[nodiscard]] Pass prefill_pass(std::int64_t batch, std::int64_t prompt_tokens);
[[nodiscard]] Pass decode_pass(std::int64_t batch, std::int64_t context);

/// Every call of one pass, in order of execution; the calls of all layers with the same role are one entry.
/// What it takes as given: a residual sum and the rmsnorm behind it are one call; a decode step attends over
/// a paged cache, and with latent attention in the absorbed form (DeepSeek-V2, arXiv 2405.04434, section
/// 2.1.2); prompts attend to their own keys and values before these are paged; latent attention over a prompt
/// pads values to the length of keys; an encoder's attention, which has no mask, is two batched products with
/// a softmax between; the slopes of ALiBi are added within attention at no cost.
///
/// Throws InputError when the pass is empty, its context beyond the model's, an encoder is to decode, or an
/// operator is asked for that the catalogue has not or that does not take the formats.
[[nodiscard]] std::vector<NetworkCall> transformer_calls(const ModelConfig& model, const Pass& pass,
                                                         const Precisions& precisions);

}  // namespace ridge::cost_model
