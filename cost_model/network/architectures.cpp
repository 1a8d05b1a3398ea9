// SPDX-License-Identifier: Apache-2.0
#include "cost_model/network/architectures.hpp"

#include <algorithm>
#include <array>

#include "core/text.hpp"
#include "cost_model/network/config_keys.hpp"

namespace ridge::cost_model {
namespace {

void check_heads(const JsonReader& json, const ModelConfig& model, std::string_view heads_key) {
    if (!json.has("head_dim") && model.hidden_size % model.num_attention_heads != 0)
        json.at(heads_key).fail("a divisor of hidden_size, or head_dim should be given");
    if (model.num_attention_heads % model.num_key_value_heads != 0)
        json.at("num_key_value_heads").fail("a divisor of num_attention_heads");
}

// What the configurations of the Llama family and its descendants share.
ModelConfig llama(const JsonReader& json) {
    ModelConfig model;
    require_word(json, "hidden_act", {"silu", "swish"});
    model.hidden_size = dimension(json, "hidden_size", width_limit);
    model.intermediate_size = dimension(json, "intermediate_size", width_limit);
    model.num_hidden_layers = dimension(json, "num_hidden_layers", layer_limit);
    model.num_attention_heads = dimension(json, "num_attention_heads", head_limit);
    model.num_key_value_heads =
        dimension_or(json, "num_key_value_heads", head_limit, model.num_attention_heads);
    check_heads(json, model, "num_attention_heads");
    model.head_dim =
        dimension_or(json, "head_dim", head_limit, model.hidden_size / model.num_attention_heads);
    model.vocab_size = dimension(json, "vocab_size", width_limit);
    model.max_position_embeddings = dimension(json, "max_position_embeddings", position_limit);
    model.tie_word_embeddings = flag_or(json, "tie_word_embeddings", false);
    for (const char* key : {"attention_bias", "mlp_bias"})
        if (flag_or(json, key, false)) json.at(key).fail("false, since a graph with it is not known");
    return model;
}

ModelConfig mistral(const JsonReader& json) {
    auto model = llama(json);
    model.window = amount(json, "sliding_window", position_limit);
    return model;
}

ModelConfig qwen2(const JsonReader& json) {
    if (flag_or(json, "use_sliding_window", false))
        json.at("use_sliding_window").fail("false, since a window on some of the layers is not known");
    auto model = llama(json);
    model.qkv_bias = true;
    return model;
}

ModelConfig qwen3(const JsonReader& json) {
    auto model = llama(json);
    model.qk_norm = true;
    return model;
}

Experts experts_of(const JsonReader& json, std::string_view count_key, std::string_view size_key) {
    Experts experts;
    experts.count = dimension(json, count_key, expert_limit);
    experts.per_token = dimension(json, "num_experts_per_tok", std::min<std::int64_t>(experts.count, 1024));
    experts.intermediate_size = dimension(json, size_key, width_limit);
    return experts;
}

ModelConfig mixtral(const JsonReader& json) {
    auto model = mistral(json);
    model.experts = experts_of(json, "num_local_experts", "intermediate_size");
    return model;
}

ModelConfig qwen3_moe(const JsonReader& json) {
    if (json.has("decoder_sparse_step") && json.at("decoder_sparse_step").integer() != 1)
        json.at("decoder_sparse_step").fail("1, since experts in only some of the layers are not known");
    auto model = qwen3(json);
    model.experts = experts_of(json, "num_experts", "moe_intermediate_size");
    return model;
}

ModelConfig deepseek(const JsonReader& json) {
    auto model = llama(json);
    Latent latent;
    latent.query_rank = amount(json, "q_lora_rank", width_limit);
    latent.rank = dimension(json, "kv_lora_rank", width_limit);
    latent.rope_dim = dimension(json, "qk_rope_head_dim", head_limit);
    latent.plain_dim = dimension(json, "qk_nope_head_dim", head_limit);
    latent.value_dim = dimension(json, "v_head_dim", head_limit);
    model.head_dim = latent.plain_dim + latent.rope_dim;
    model.latent = latent;
    model.positions = Positions::rope_interleaved;
    if (json.has("moe_layer_freq") && json.at("moe_layer_freq").integer() != 1)
        json.at("moe_layer_freq").fail("1, since experts in only some of the layers are not known");
    auto experts = experts_of(json, "n_routed_experts", "moe_intermediate_size");
    experts.shared = amount(json, "n_shared_experts", expert_limit);
    experts.dense_layers = amount(json, "first_k_dense_replace", model.num_hidden_layers);
    model.experts = experts;
    return model;
}

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

struct Architecture {
    std::string_view name;
    ModelConfig (*read)(const JsonReader& json);
};

constexpr auto known_architectures = std::to_array<Architecture>({{"LlamaForCausalLM", llama},
                                                                  {"MistralForCausalLM", mistral},
                                                                  {"Qwen2ForCausalLM", qwen2},
                                                                  {"Qwen3ForCausalLM", qwen3},
                                                                  {"MixtralForCausalLM", mixtral},
                                                                  {"Qwen3MoeForCausalLM", qwen3_moe},
                                                                  {"DeepseekV2ForCausalLM", deepseek},
                                                                  {"DeepseekV3ForCausalLM", deepseek},
                                                                  {"GPT2LMHeadModel", gpt2},
                                                                  {"BloomForCausalLM", bloom},
                                                                  {"BertForMaskedLM", bert}});

// What would have to be written first, for those that are asked for most.
struct Missing {
    std::string_view architecture, what;
};

constexpr auto missing_parts = std::to_array<Missing>({
    {"MambaForCausalLM", "a graph of selective scans instead of attention"},
    {"GemmaForCausalLM", "an operator gelu(x)·y for its feed-forward part"},
    {"Gemma2ForCausalLM", "an operator gelu(x)·y and attention with capped scores"},
    {"Gemma3ForCausalLM", "an operator gelu(x)·y and windows on some of the layers"},
    {"OPTForCausalLM", "an operator relu"},
    {"FalconForCausalLM", "a graph with attention and feed-forward part side by side"},
    {"GPTNeoXForCausalLM", "a graph with attention and feed-forward part side by side"},
    {"T5ForConditionalGeneration", "attention from a decoder to an encoder"},
    {"WhisperForConditionalGeneration", "attention from a decoder to an encoder"},
});

}  // namespace

std::vector<std::string> transformer_architectures() {
    std::vector<std::string> names;
    for (const auto& one : known_architectures) names.emplace_back(one.name);
    return names;
}

bool is_transformer(const std::string& architecture) {
    return std::ranges::find(known_architectures, architecture, &Architecture::name) !=
           known_architectures.end();
}

std::string architecture_of(const JsonReader& json) {
    const auto names = json.at("architectures");
    const auto items = names.items();
    if (items.size() != 1) names.fail("a list of one architecture");
    return items.front().text();
}

void refuse_architecture(const JsonReader& json, const std::vector<std::string>& known) {
    const auto name = architecture_of(json);
    const auto missing = std::ranges::find(missing_parts, name, &Missing::architecture);
    json.at("architectures")
        .fail("one whose graph is known: " + join(known, ", ") +
              (missing == missing_parts.end() ? ""
                                              : "; " + name + " would need " + std::string(missing->what)));
}

ModelConfig model_from_json(const JsonReader& json, std::string name) {
    auto architecture = architecture_of(json);
    const auto found = std::ranges::find(known_architectures, architecture, &Architecture::name);
    if (found == known_architectures.end()) refuse_architecture(json, transformer_architectures());
    auto model = found->read(json);
    model.name = std::move(name);
    model.architecture = std::move(architecture);
    return model;
}

}  // namespace ridge::cost_model
