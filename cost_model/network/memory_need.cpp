// SPDX-License-Identifier: Apache-2.0
#include "cost_model/network/memory_need.hpp"

#include <algorithm>

#include "operators/gemm/gemm_call.hpp"

namespace ridge::cost_model {
namespace {

double real(std::int64_t value) { return static_cast<double>(value); }

double bytes_per_element(const NumberFormat& format) { return format.bits_per_element() / 8.0; }

double linear_weight_bytes(const ModelConfig& model, const Precisions& precisions, bool experts_only) {
    double bytes = 0;
    for (const auto& layer : linear_layers(model)) {
        if (experts_only && !layer.role.starts_with(expert_prefix)) continue;
        const operators::GemmCall gemm{
            .m = 1,
            .n = layer.outputs,
            .k = layer.inputs,
            .a = precisions.stream(),
            .w = !layer.narrow       ? precisions.head()
                 : layer.experts > 1 ? precisions.of_experts()
                                     : precisions.weights,
            .c = precisions.stream(),
            .sparsity = layer.narrow && layer.experts == 1 ? precisions.weight_sparsity : Sparsity{}};
        bytes += real(layer.count) * real(layer.experts) * operators::weight_bytes(gemm);
    }
    return bytes;
}

// Elements that one position of one sequence leaves in a layer's cache.
double cached_elements(const ModelConfig& model) {
    const double indexed = model.index ? real(model.index->head_dim) : 0.0;
    if (model.latent) return real(model.latent->rank) + real(model.latent->rope_dim) + indexed;
    return 2.0 * real(model.num_key_value_heads) * real(model.head_dim);
}

constexpr double state_bytes = 4;  // fp32

// Layers with a window where others have none.
std::int64_t part_windowed(const ModelConfig& model) {
    const auto windowed = model.windowed_layers();
    return windowed < model.attention_layers() ? windowed : 0;
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
    return linear_weight_bytes(model, precisions, false) +
           tables * model.embedding_parameters() * bytes_per_element(precisions.head()) +
           (model.norm_parameters() + model.other_parameters()) * bytes_per_element(precisions.stream());
}

double expert_weight_bytes(const ModelConfig& model, const Precisions& precisions) {
    return linear_weight_bytes(model, precisions, true);
}

double kv_bytes_per_token(const ModelConfig& model, const Precisions& precisions) {
    return real(model.attention_layers() - part_windowed(model)) * cached_elements(model) *
           bytes_per_element(precisions.kv);
}

double state_bytes_per_sequence(const ModelConfig& model, const Precisions& precisions) {
    double bytes = real(part_windowed(model)) * real(model.window) * cached_elements(model) *
                   bytes_per_element(precisions.kv);
    if (const auto& recurrent = model.recurrent)
        bytes += real(recurrent->layers) * (real(recurrent->inner()) * real(recurrent->state) * state_bytes +
                                            real(recurrent->convolved()) * real(recurrent->filter) *
                                                bytes_per_element(precisions.stream()));
    return bytes;
}

double sequence_bytes(const ModelConfig& model, const Precisions& precisions, double positions) {
    const bool all_windowed = model.window > 0 && part_windowed(model) == 0;
    const double kept = all_windowed ? std::min(positions, real(model.window)) : positions;
    return kept * kv_bytes_per_token(model, precisions) + state_bytes_per_sequence(model, precisions);
}

double activation_bytes(const ModelConfig& model, const Precisions& precisions, double rows,
                        double logit_rows) {
    return (rows * widest_row(model) + logit_rows * real(model.vocab_size)) *
           bytes_per_element(precisions.stream());
}

MemoryNeed memory_need(const ModelConfig& model, const Precisions& precisions, std::int64_t batch,
                       std::int64_t prompt_tokens, std::int64_t output_tokens) {
    const auto sequences = real(batch);
    const auto longest = real(prompt_tokens) + real(output_tokens);
    return {.weights = weight_bytes(model, precisions),
            .kv_cache = sequences * sequence_bytes(model, precisions, longest),
            .activations = activation_bytes(model, precisions, sequences * real(prompt_tokens), sequences)};
}

}  // namespace ridge::cost_model
