// SPDX-License-Identifier: Apache-2.0
#include "cost_model/network/model_config.hpp"

namespace ridge::cost_model {
namespace {

double real(std::int64_t value) { return static_cast<double>(value); }

void add_latent_attention(std::vector<LinearLayer>& out, const ModelConfig& model, const Latent& latent) {
    const auto layers = model.attention_layers(), heads = model.num_attention_heads;
    const auto hidden = model.hidden_size;
    const auto query_width = heads * (latent.plain_dim + latent.rope_dim);
    if (latent.query_rank > 0) {
        out.push_back({.role = "q_a_proj", .outputs = latent.query_rank, .inputs = hidden, .count = layers});
        out.push_back(
            {.role = "q_b_proj", .outputs = query_width, .inputs = latent.query_rank, .count = layers});
    } else {
        out.push_back({.role = "q_proj", .outputs = query_width, .inputs = hidden, .count = layers});
    }
    out.push_back(
        {.role = "kv_a_proj", .outputs = latent.rank + latent.rope_dim, .inputs = hidden, .count = layers});
    out.push_back({.role = "kv_b_proj",
                   .outputs = heads * (latent.plain_dim + latent.value_dim),
                   .inputs = latent.rank,
                   .count = layers});
    out.push_back({.role = "o_proj", .outputs = hidden, .inputs = heads * latent.value_dim, .count = layers});
    if (!model.index) return;
    out.push_back({.role = "index_q_proj",
                   .outputs = model.index->heads * model.index->head_dim,
                   .inputs = latent.query_rank,
                   .count = layers});
    out.push_back(
        {.role = "index_k_proj", .outputs = model.index->head_dim, .inputs = hidden, .count = layers});
    out.push_back({.role = "index_weights",
                   .outputs = model.index->heads,
                   .inputs = hidden,
                   .count = layers,
                   .narrow = false});
}

void add_attention(std::vector<LinearLayer>& out, const ModelConfig& model) {
    const auto layers = model.attention_layers(), hidden = model.hidden_size;
    if (layers == 0) return;
    const auto query_width = model.num_attention_heads * model.head_dim;
    const auto kv_width = model.num_key_value_heads * model.head_dim;
    const auto add = [&](const char* role, std::int64_t outputs) {
        out.push_back(
            {.role = role, .outputs = outputs, .inputs = hidden, .count = layers, .bias = model.qkv_bias});
    };
    if (model.fused_qkv) {
        add("qkv_proj", query_width + 2 * kv_width);
    } else {
        add("q_proj", query_width * (model.output_gate ? 2 : 1));
        add("k_proj", kv_width);
        add("v_proj", kv_width);
    }
    out.push_back({.role = "o_proj",
                   .outputs = hidden,
                   .inputs = query_width,
                   .count = layers,
                   .bias = model.linear_bias || model.output_bias});
}

// Decays, and what a token is worth to the delta rule, for each head; Mamba-1 has projections of its own.
std::int64_t head_numbers(const Recurrent& recurrent) {
    switch (recurrent.kind) {
        case RecurrentKind::mamba2:
            return recurrent.heads;
        case RecurrentKind::gated_delta:
            return 2 * recurrent.heads;
        case RecurrentKind::mamba1:
            break;
    }
    return 0;
}

// One projection makes gate, convolved input and projections, and numbers for each head.
void add_recurrent(std::vector<LinearLayer>& out, const ModelConfig& model, const Recurrent& recurrent) {
    out.push_back({.role = "in_proj",
                   .outputs = recurrent.inner() + recurrent.convolved() + head_numbers(recurrent),
                   .inputs = model.hidden_size,
                   .count = recurrent.layers});
    if (recurrent.kind == RecurrentKind::mamba1) {
        out.push_back({.role = "scan_proj",
                       .outputs = recurrent.step_rank + 2 * recurrent.state,
                       .inputs = recurrent.inner(),
                       .count = recurrent.layers});
        out.push_back({.role = "step_proj",
                       .outputs = recurrent.inner(),
                       .inputs = recurrent.step_rank,
                       .count = recurrent.layers,
                       .bias = true});
    }
    out.push_back({.role = "out_proj",
                   .outputs = model.hidden_size,
                   .inputs = recurrent.inner(),
                   .count = recurrent.layers});
}

// The linear layers of a feed-forward part are named by `prefix`, "" or "shared_" or "expert_".
void add_feed_forward(std::vector<LinearLayer>& out, const ModelConfig& model, const std::string& prefix,
                      std::int64_t width, std::int64_t layers, std::int64_t experts = 1) {
    if (layers == 0 || width == 0) return;
    const auto add = [&](const char* role, std::int64_t outputs, std::int64_t inputs) {
        out.push_back({.role = prefix + role,
                       .outputs = outputs,
                       .inputs = inputs,
                       .count = layers,
                       .experts = experts,
                       .bias = model.linear_bias});
    };
    if (model.feed_forward == FeedForward::gated_silu) add("gate_proj", width, model.hidden_size);
    add("up_proj", width, model.hidden_size);
    add("down_proj", model.hidden_size, width);
}

void add_experts(std::vector<LinearLayer>& out, const ModelConfig& model, const Experts& experts) {
    const auto layers = model.expert_layers();
    out.push_back({.role = "router",
                   .outputs = experts.count,
                   .inputs = model.hidden_size,
                   .count = layers,
                   .narrow = false});
    add_feed_forward(out, model, "expert_", experts.intermediate_size, layers, experts.held_count());
    add_feed_forward(out, model, "shared_", experts.shared_width(), layers);
}

// Norms, decays and what passes a state by, of one layer.
double state_numbers(const Recurrent& recurrent) {
    switch (recurrent.kind) {
        case RecurrentKind::mamba2:
            return real(recurrent.inner()) + 3.0 * real(recurrent.heads);
        case RecurrentKind::gated_delta:
            return real(recurrent.head_dim) + 2.0 * real(recurrent.heads);
        case RecurrentKind::mamba1:
            break;
    }
    return real(recurrent.inner()) * (real(recurrent.state) + 1.0) + real(recurrent.step_rank) +
           2.0 * real(recurrent.state);
}

// Rows of norms in units of hidden_size: two a layer, and those at both ends.
double norm_rows(const ModelConfig& model) {
    const double each = model.side_by_side || model.intermediate_size == 0 ? 1.0 : 2.0;
    const double behind = model.sandwich_norms ? 2.0 : 0.0;
    return (each + behind) * real(model.num_hidden_layers) + (model.embedding_norm ? 1.0 : 0.0) +
           (model.final_norm ? 1.0 : 0.0);
}

}  // namespace

std::int64_t ModelConfig::dense_layers() const { return experts ? experts->dense_layers : num_hidden_layers; }

std::int64_t ModelConfig::windowed_layers() const {
    if (window == 0) return 0;
    return window_layers > 0 ? window_layers : attention_layers();
}

std::vector<LinearLayer> linear_layers(const ModelConfig& model) {
    std::vector<LinearLayer> out;
    if (model.latent)
        add_latent_attention(out, model, *model.latent);
    else
        add_attention(out, model);
    if (model.recurrent) add_recurrent(out, model, *model.recurrent);
    add_feed_forward(out, model, "", model.intermediate_size, model.dense_layers());
    if (model.experts) add_experts(out, model, *model.experts);
    // The masked-language head of an encoder begins with a linear layer of its own.
    if (!model.causal)
        out.push_back({.role = "head_transform",
                       .outputs = model.hidden_size,
                       .inputs = model.hidden_size,
                       .count = 1,
                       .bias = true,
                       .narrow = false});
    return out;
}

double ModelConfig::layer_linear_parameters() const {
    double sum = 0;
    for (const auto& layer : linear_layers(*this))
        sum += real(layer.outputs) * real(layer.inputs) * real(layer.count) * real(layer.experts);
    return sum;
}

double ModelConfig::embedding_parameters() const { return real(vocab_size) * real(hidden_size); }

double ModelConfig::norm_parameters() const {
    const double vectors = norm == Norm::layernorm ? 2.0 : 1.0;  // weights, and of layernorm biases
    const double states = recurrent ? real(recurrent->layers) * state_numbers(*recurrent) : 0.0;
    double inner = qk_norm ? 2.0 * real(head_dim) : 0.0;
    if (latent) inner += real(latent->query_rank + latent->rank);
    if (index) inner += 2.0 * real(index->head_dim);  // a layernorm of the index's keys
    return vectors * norm_rows(*this) * real(hidden_size) + real(attention_layers()) * inner + states;
}

double ModelConfig::other_parameters() const {
    double sum = real(token_types) * real(hidden_size);
    if (positions == Positions::learned) sum += real(max_position_embeddings) * real(hidden_size);
    if (!causal) sum += real(vocab_size);  // the head's bias
    if (recurrent)
        sum += real(recurrent->layers) * real(recurrent->convolved()) * (real(recurrent->filter) + 1.0);
    for (const auto& layer : linear_layers(*this))
        if (layer.bias) sum += real(layer.outputs) * real(layer.count) * real(layer.experts);
    return sum;
}

double ModelConfig::parameters() const {
    const double tables = tie_word_embeddings ? 1.0 : 2.0;
    return layer_linear_parameters() + norm_parameters() + other_parameters() +
           tables * embedding_parameters();
}

}  // namespace ridge::cost_model
