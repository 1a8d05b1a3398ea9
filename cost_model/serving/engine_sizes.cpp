// SPDX-License-Identifier: Apache-2.0
#include "cost_model/serving/engine_sizes.hpp"

namespace ridge::cost_model {
namespace {

double real(std::int64_t value) { return static_cast<double>(value); }

double parameters_of(const LinearLayer& layer) {
    return real(layer.outputs) * real(layer.inputs) * real(layer.count);
}

bool is_expert(const LinearLayer& layer) { return layer.role.starts_with("expert_"); }

bool is_feed_forward(const LinearLayer& layer) {
    for (const auto* part : {"gate_proj", "up_proj", "down_proj", "router", "head_transform"})
        if (layer.role.ends_with(part)) return true;
    return false;
}

void add_linear_layers(EngineSizes& sizes, const ModelConfig& model) {
    for (const auto& layer : linear_layers(model)) {
        if (is_expert(layer))
            sizes.expert_parameters += real(layer.outputs) * real(layer.inputs);
        else if (is_feed_forward(layer))
            sizes.feed_forward_parameters += parameters_of(layer);
        else
            sizes.attention_parameters += parameters_of(layer);
    }
}

void add_attention(EngineSizes& sizes, const ModelConfig& model) {
    sizes.query_heads = real(model.num_attention_heads);
    sizes.kv_heads = real(model.num_key_value_heads);
    if (model.latent) {
        const auto& latent = *model.latent;
        sizes.latent = true;
        sizes.cache_elements = sizes.layers * real(latent.rank + latent.rope_dim);
        sizes.score_dim = real(2 * latent.rank + latent.rope_dim);
        sizes.prompt_dim = real(latent.plain_dim + latent.rope_dim + latent.value_dim);
        return;
    }
    sizes.cache_elements = 2 * sizes.layers * real(model.num_key_value_heads * model.head_dim);
    sizes.score_dim = sizes.prompt_dim = 2 * real(model.head_dim);
}

}  // namespace

EngineSizes engine_sizes(const ModelConfig& model) {
    EngineSizes sizes{.model = model.name, .hidden = real(model.hidden_size)};
    sizes.layers = real(model.num_hidden_layers);
    sizes.vocabulary = real(model.vocab_size);
    add_linear_layers(sizes, model);
    add_attention(sizes, model);
    sizes.feed_forward_width = real(model.intermediate_size);
    if (model.experts) {
        sizes.expert_layers = real(model.expert_layers());
        sizes.experts = real(model.experts->count);
        sizes.experts_per_token = real(model.experts->per_token);
        sizes.feed_forward_width = real(model.experts->per_token * model.experts->intermediate_size);
    }
    sizes.head_parameters = model.causal ? model.embedding_parameters() : 0;
    sizes.tied_head = model.tie_word_embeddings;
    sizes.window = real(model.window);
    sizes.window_share = model.window > 0 ? real(model.windowed_layers()) / sizes.layers : 0;
    return sizes;
}

}  // namespace ridge::cost_model
