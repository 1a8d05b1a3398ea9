// SPDX-License-Identifier: Apache-2.0
#include "cost_model/network/memory_need.hpp"

#include <algorithm>

#include "operators/gemm/gemm_call.hpp"

namespace ridge::cost_model {
namespace {

double bytes_per_element(const NumberFormat& format) { return format.bits_per_element() / 8.0; }

double linear_weight_bytes(const std::vector<NetworkCall>& calls) {
    double bytes = 0;
    for (const auto& [role, call, count] : calls)
        if (call.op == "gemm" && role != "lm_head")
            bytes += static_cast<double>(count) * operators::weight_bytes(operators::GemmCall::from(call));
    return bytes;
}

}  // namespace

double weight_bytes(const ModelConfig& model, const Precisions& precisions) {
    const double tables = model.tie_word_embeddings ? 1.0 : 2.0;
    return linear_weight_bytes(decoder_calls(model, decode_pass(1, 1), precisions)) +
           tables * model.embedding_parameters() * bytes_per_element(precisions.head()) +
           model.norm_parameters() * bytes_per_element(precisions.stream());
}

double kv_bytes_per_token(const ModelConfig& model, const Precisions& precisions) {
    const double elements = 2.0 * static_cast<double>(model.num_hidden_layers) *
                            static_cast<double>(model.num_key_value_heads) *
                            static_cast<double>(model.head_dim);
    return elements * bytes_per_element(precisions.kv);
}

MemoryNeed memory_need(const ModelConfig& model, const Precisions& precisions, std::int64_t batch,
                       std::int64_t prompt_tokens, std::int64_t output_tokens) {
    const auto sequences = static_cast<double>(batch);
    const auto longest = static_cast<double>(prompt_tokens) + static_cast<double>(output_tokens);
    const auto rows = sequences * static_cast<double>(prompt_tokens);
    const auto widest =
        static_cast<double>(2 * model.hidden_size + 2 * std::max(model.intermediate_size, model.hidden_size));
    const double stream = bytes_per_element(precisions.stream());
    return {.weights = weight_bytes(model, precisions),
            .kv_cache = sequences * longest * kv_bytes_per_token(model, precisions),
            .activations = (rows * widest + sequences * static_cast<double>(model.vocab_size)) * stream};
}

}  // namespace ridge::cost_model
