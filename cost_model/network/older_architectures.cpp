// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "cost_model/network/architecture_readers.hpp"
#include "cost_model/network/config_keys.hpp"

namespace ridge::cost_model {

void check_heads(const JsonReader& json, const ModelConfig& model, std::string_view heads_key) {
    if (!json.has("head_dim") && model.hidden_size % model.num_attention_heads != 0)
        json.at(heads_key).fail("a divisor of hidden_size, or head_dim should be given");
    if (model.num_attention_heads % model.num_key_value_heads != 0)
        json.at("num_key_value_heads").fail("a divisor of num_attention_heads");
}

namespace {

// Decoders of the time before rope: layernorm, biases everywhere, a feed-forward part of gelu.
ModelConfig biased_decoder(const JsonReader& json, std::initializer_list<std::string_view> hidden,
                           std::initializer_list<std::string_view> layers,
                           std::initializer_list<std::string_view> heads) {
    ModelConfig model;
    model.norm = Norm::layernorm;
    model.feed_forward = FeedForward::gelu;
    model.fused_qkv = model.qkv_bias = model.linear_bias = true;
    model.hidden_size = dimension_of(json, hidden, width_limit);
    model.num_hidden_layers = dimension_of(json, layers, layer_limit);
    model.num_attention_heads = model.num_key_value_heads = dimension_of(json, heads, head_limit);
    const auto key = std::ranges::find_if(heads, [&](std::string_view name) { return json.has(name); });
    check_heads(json, model, *key);
    model.head_dim = model.hidden_size / model.num_attention_heads;
    model.vocab_size = dimension(json, "vocab_size", width_limit);
    model.tie_word_embeddings = flag_or(json, "tie_word_embeddings", true);
    return model;
}

}  // namespace

ModelConfig gpt2(const JsonReader& json) {
    require_word(json, "activation_function", {"gelu", "gelu_new", "gelu_fast", "gelu_pytorch_tanh"});
    auto model = biased_decoder(json, {"n_embd", "hidden_size"}, {"n_layer", "num_hidden_layers"},
                                {"n_head", "num_attention_heads"});
    model.positions = Positions::learned;
    model.intermediate_size = dimension_or(json, "n_inner", width_limit, 4 * model.hidden_size);
    model.max_position_embeddings =
        dimension_of(json, {"n_positions", "max_position_embeddings"}, position_limit);
    return model;
}

ModelConfig bloom(const JsonReader& json) {
    if (flag_or(json, "apply_residual_connection_post_layernorm", false))
        json.at("apply_residual_connection_post_layernorm").fail("false, the only form that is known");
    auto model = biased_decoder(json, {"hidden_size", "n_embed"}, {"n_layer", "num_hidden_layers"},
                                {"num_attention_heads", "n_head"});
    model.positions = Positions::alibi;
    model.embedding_norm = true;
    model.intermediate_size = 4 * model.hidden_size;
    // ALiBi has no last position; 2048 is what the models were trained with (Le Scao et al. 2022).
    model.max_position_embeddings = dimension_or(json, "seq_length", position_limit, 2048);
    return model;
}

ModelConfig bert(const JsonReader& json) {
    require_word(json, "hidden_act", {"gelu", "gelu_new"});
    require_word(json, "position_embedding_type", {"absolute"});
    auto model = biased_decoder(json, {"hidden_size"}, {"num_hidden_layers"}, {"num_attention_heads"});
    model.fused_qkv = model.causal = false;
    model.positions = Positions::learned;
    model.embedding_norm = true;
    model.intermediate_size = dimension(json, "intermediate_size", width_limit);
    model.max_position_embeddings = dimension(json, "max_position_embeddings", position_limit);
    model.token_types = dimension_or(json, "type_vocab_size", width_limit, 2);
    return model;
}

// GPT-3's kind with relu (Zhang et al. 2022, arXiv 2205.01068).
ModelConfig opt(const JsonReader& json) {
    require_word(json, "activation_function", {"relu"});
    if (!flag_or(json, "do_layer_norm_before", true))
        json.at("do_layer_norm_before").fail("true, since norms behind the layers are not known");
    auto model = biased_decoder(json, {"hidden_size"}, {"num_hidden_layers"}, {"num_attention_heads"});
    if (dimension_or(json, "word_embed_proj_dim", width_limit, model.hidden_size) != model.hidden_size)
        json.at("word_embed_proj_dim").fail("hidden_size, since a projected embedding is not known");
    model.fused_qkv = false;
    model.feed_forward = FeedForward::relu;
    model.positions = Positions::learned;
    model.intermediate_size = dimension(json, "ffn_dim", width_limit);
    model.max_position_embeddings = dimension(json, "max_position_embeddings", position_limit);
    return model;
}

ModelConfig mpt(const JsonReader& json) {
    const auto attention = json.find("attn_config");
    if (!attention || !flag_or(*attention, "alibi", false))
        json.at("attn_config").fail("a set with alibi, since other positions are not known");
    auto model = biased_decoder(json, {"d_model"}, {"n_layers"}, {"n_heads"});
    model.qkv_bias = model.linear_bias = !flag_or(json, "no_bias", true);
    model.positions = Positions::alibi;
    model.intermediate_size = dimension_or(json, "expansion_ratio", 64, 4) * model.hidden_size;
    model.max_position_embeddings = dimension(json, "max_seq_len", position_limit);
    return model;
}

// Wang and Komatsuzaki 2021: rope on part of a head, biases in the feed-forward part only.
ModelConfig gpt_j(const JsonReader& json) {
    require_word(json, "activation_function", {"gelu_new", "gelu"});
    auto model = biased_decoder(json, {"n_embd"}, {"n_layer"}, {"n_head"});
    model.fused_qkv = model.qkv_bias = model.linear_bias = false;
    model.side_by_side = true;
    model.positions = Positions::rope_interleaved;
    model.tie_word_embeddings = flag_or(json, "tie_word_embeddings", false);
    model.intermediate_size = dimension_or(json, "n_inner", width_limit, 4 * model.hidden_size);
    model.max_position_embeddings = dimension(json, "n_positions", position_limit);
    return model;
}

// Black et al. 2022, arXiv 2204.06745. Its two parts side by side read norms of their own and add two sums,
// so that the calls are those of one part after the other. Pythia is the same.
ModelConfig gpt_neox(const JsonReader& json) {
    require_word(json, "hidden_act", {"gelu", "gelu_fast", "gelu_new"});
    auto model = biased_decoder(json, {"hidden_size"}, {"num_hidden_layers"}, {"num_attention_heads"});
    model.positions = Positions::rope;
    model.tie_word_embeddings = flag_or(json, "tie_word_embeddings", false);
    model.intermediate_size = dimension(json, "intermediate_size", width_limit);
    model.max_position_embeddings = dimension(json, "max_position_embeddings", position_limit);
    return model;
}

// Almazrouei et al. 2023, arXiv 2311.16867: one head of keys and values, or several of the new form.
ModelConfig falcon(const JsonReader& json) {
    if (flag_or(json, "alibi", false)) json.at("alibi").fail("false, since rope is what is known");
    const bool grouped = flag_or(json, "new_decoder_architecture", false);
    if (!grouped && !flag_or(json, "parallel_attn", true))
        json.at("parallel_attn").fail("true, since another order of the layers is not known");
    auto model = biased_decoder(json, {"hidden_size"}, {"num_hidden_layers"}, {"num_attention_heads"});
    model.qkv_bias = model.linear_bias = flag_or(json, "bias", false);
    model.side_by_side = true;
    model.positions = Positions::rope;
    if (grouped)
        model.num_key_value_heads = dimension(json, "num_kv_heads", head_limit);
    else if (flag_or(json, "multi_query", true))
        model.num_key_value_heads = 1;
    check_heads(json, model, "num_attention_heads");
    model.intermediate_size = dimension_or(json, "ffn_hidden_size", width_limit, 4 * model.hidden_size);
    // What the models were trained with (its section 3).
    model.max_position_embeddings = dimension_or(json, "max_position_embeddings", position_limit, 2048);
    return model;
}

}  // namespace ridge::cost_model
