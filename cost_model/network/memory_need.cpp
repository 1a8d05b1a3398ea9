// SPDX-License-Identifier: Apache-2.0
#include "cost_model/network/memory_need.hpp"

#include <algorithm>

#include "operators/gemm/gemm_call.hpp"

namespace ridge::cost_model {
namespace {

double real(std::int64_t value) { return static_cast<double>(value); }

double bytes_per_element(const NumberFormat& format) { return format.bits_per_element() / 8.0; }

double linear_weight_bytes(const ModelConfig& model, const Precisions& precisions) {
    double bytes = 0;
    for (const auto& layer : linear_layers(model)) {
        const operators::GemmCall gemm{.m = 1,
                                       .n = layer.outputs,
                                       .k = layer.inputs,
                                       .a = precisions.stream(),
                                       .w = layer.narrow ? precisions.weights : precisions.head(),
                                       .c = precisions.stream(),
                                       .sparsity = layer.narrow ? precisions.weight_sparsity : Sparsity{}};
        bytes += real(layer.count) * real(layer.experts) * operators::weight_bytes(gemm);
    }
    return bytes;
}

// Elements that one position of one sequence leaves in a layer's cache.
double cached_elements(const ModelConfig& model) {
    if (model.latent) return real(model.latent->rank) + real(model.latent->rope_dim);
    return 2.0 * real(model.num_key_value_heads) * real(model.head_dim);
}

// Widest set of a layer's inputs and outputs for one row.
double widest_row(const ModelConfig& model) {
    auto inner = std::max(model.intermediate_size, model.hidden_size);
    if (model.experts)
        inner = std::max(
            inner, model.experts->per_token * std::max(model.experts->intermediate_size, model.hidden_size));
    return 2.0 * real(model.hidden_size) + 2.0 * real(inner);
}

}  // namespace

double weight_bytes(const ModelConfig& model, const Precisions& precisions) {
    const double tables = model.tie_word_embeddings ? 1.0 : 2.0;
    return linear_weight_bytes(model, precisions) +
           tables * model.embedding_parameters() * bytes_per_element(precisions.head()) +
           (model.norm_parameters() + model.other_parameters()) * bytes_per_element(precisions.stream());
}

double kv_bytes_per_token(const ModelConfig& model, const Precisions& precisions) {
    return real(model.num_hidden_layers) * cached_elements(model) * bytes_per_element(precisions.kv);
}

MemoryNeed memory_need(const ModelConfig& model, const Precisions& precisions, std::int64_t batch,
                       std::int64_t prompt_tokens, std::int64_t output_tokens) {
    const auto sequences = real(batch);
    auto longest = real(prompt_tokens) + real(output_tokens);
    if (model.window > 0) longest = std::min(longest, real(model.window));
    const auto rows = sequences * real(prompt_tokens);
    const double stream = bytes_per_element(precisions.stream());
    return {.weights = weight_bytes(model, precisions),
            .kv_cache = sequences * longest * kv_bytes_per_token(model, precisions),
            .activations = (rows * widest_row(model) + sequences * real(model.vocab_size)) * stream};
}

}  // namespace ridge::cost_model
