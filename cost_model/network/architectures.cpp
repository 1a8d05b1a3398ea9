// SPDX-License-Identifier: Apache-2.0
#include "cost_model/network/architectures.hpp"

#include <algorithm>
#include <array>

#include "core/text.hpp"
#include "cost_model/network/architecture_readers.hpp"
#include "cost_model/network/config_keys.hpp"

namespace ridge::cost_model {

ModelConfig gated_layers(const JsonReader& json) {
    ModelConfig model;
    model.hidden_size = dimension(json, "hidden_size", width_limit);
    model.intermediate_size = dimension(json, "intermediate_size", width_limit);
    model.num_hidden_layers = dimension(json, "num_hidden_layers", layer_limit);
    model.num_attention_heads = dimension(json, "num_attention_heads", head_limit);
    model.num_key_value_heads =
        dimension_or(json, "num_key_value_heads", head_limit, model.num_attention_heads);
    check_heads(json, model, "num_attention_heads");
    return model;
}

namespace {

// What the configurations of the Llama family and its descendants share, whatever their feed-forward part.
ModelConfig gated_decoder(const JsonReader& json) {
    ModelConfig model = gated_layers(json);
    model.head_dim =
        dimension_or(json, "head_dim", head_limit, model.hidden_size / model.num_attention_heads);
    model.vocab_size = dimension(json, "vocab_size", width_limit);
    model.max_position_embeddings = dimension(json, "max_position_embeddings", position_limit);
    model.tie_word_embeddings = flag_or(json, "tie_word_embeddings", false);
    if (flag_or(json, "mlp_bias", false))
        json.at("mlp_bias").fail("false, since a graph with it is not known");
    model.qkv_bias = model.output_bias = flag_or(json, "attention_bias", false);
    return model;
}

ModelConfig llama(const JsonReader& json) {
    require_word(json, "hidden_act", {"silu", "swish"});
    return gated_decoder(json);
}

// InternLM names the biases of all four projections of attention "bias".
ModelConfig internlm(const JsonReader& json) {
    auto model = llama(json);
    model.qkv_bias = model.output_bias = flag_or(json, "bias", true);
    return model;
}

// Phi-3 has one linear layer for queries, keys and values.
ModelConfig phi3(const JsonReader& json) {
    auto model = llama(json);
    model.fused_qkv = true;
    model.window = amount(json, "sliding_window", position_limit);
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

// Layers that see a window only, by the list of layers' kinds.
std::int64_t windowed_of(const JsonReader& json, std::int64_t layers) {
    const auto kinds = json.at("layer_types").items();
    if (static_cast<std::int64_t>(kinds.size()) != layers)
        json.at("layer_types").fail("a list of num_hidden_layers kinds of layers");
    std::int64_t windowed = 0;
    for (const auto& kind : kinds) {
        const auto word = kind.text();
        if (word != "sliding_attention" && word != "full_attention")
            kind.fail("sliding_attention or full_attention");
        windowed += word == "sliding_attention" ? 1 : 0;
    }
    return windowed;
}

// gpt-oss (OpenAI 2025, arXiv 2508.10925): a window on every other layer, biases, experts in all layers. The
// sinks of its attention, a number for each head, and the experts' biases take no time of their own.
ModelConfig gpt_oss(const JsonReader& json) {
    auto model = llama(json);
    const auto windowed = windowed_of(json, model.num_hidden_layers);
    if (windowed > 0) {
        model.window = dimension(json, "sliding_window", position_limit);
        model.window_layers = windowed;
    }
    model.experts = experts_of(json, "num_local_experts", "intermediate_size");
    return model;
}

// Routed and shared ones behind some dense layers, under DeepSeek's keys.
auto deepseek_experts(const JsonReader& json, std::int64_t layers) {
    auto experts = experts_of(json, "n_routed_experts", "moe_intermediate_size");
    experts.shared = amount(json, "n_shared_experts", expert_limit);
    experts.dense_layers = amount(json, "first_k_dense_replace", layers);
    return experts;
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
    model.experts = deepseek_experts(json, model.num_hidden_layers);
    return model;
}

// DeepSeek-V3.2: V3's layers, whose attention reads what an index chooses.
ModelConfig deepseek_v32(const JsonReader& json) {
    auto model = deepseek(json);
    if (model.latent->query_rank == 0) json.at("q_lora_rank").fail("above 0, since the index reads it");
    model.index = PositionIndex{.heads = dimension(json, "index_n_heads", head_limit),
                                .head_dim = dimension(json, "index_head_dim", head_limit),
                                .chosen = dimension(json, "index_topk", position_limit)};
    return model;
}

// Qwen3-Next: gated delta rule in three layers of four, gated attention in the fourth, experts in all.
ModelConfig qwen3_next(const JsonReader& json) {
    auto model = qwen3_moe(json);
    model.output_gate = true;
    model.experts->shared = 1;
    model.experts->shared_size = dimension(json, "shared_expert_intermediate_size", width_limit);
    const auto layers = model.num_hidden_layers;
    Recurrent recurrent{.kind = RecurrentKind::gated_delta,
                        .layers = layers - layers / dimension_or(json, "full_attention_interval", layers, 4),
                        .heads = dimension(json, "linear_num_value_heads", head_limit),
                        .head_dim = dimension(json, "linear_value_head_dim", head_limit),
                        .state = dimension(json, "linear_key_head_dim", head_limit),
                        .groups = dimension(json, "linear_num_key_heads", head_limit),
                        .filter = dimension_or(json, "linear_conv_kernel_dim", head_limit, 4)};
    if (recurrent.heads % recurrent.groups != 0)
        json.at("linear_num_key_heads").fail("a divisor of linear_num_value_heads");
    model.recurrent = recurrent;
    return model;
}

// MiniMax-M2: Qwen3's layers, with the experts' keys of Mixtral.
ModelConfig minimax_m2(const JsonReader& json) {
    auto model = qwen3(json);
    if (amount(json, "shared_intermediate_size", width_limit) != 0)
        json.at("shared_intermediate_size").fail("0, since a graph with shared experts is not known");
    model.experts = experts_of(json, "num_local_experts", "intermediate_size");
    return model;
}

// GLM-4.5: experts as DeepSeek-V3's, attention as Qwen3's.
ModelConfig glm4_moe(const JsonReader& json) {
    auto model = llama(json);
    model.qk_norm = flag_or(json, "use_qk_norm", false);
    model.experts = deepseek_experts(json, model.num_hidden_layers);
    return model;
}

// The text part of Llama 4: experts and a shared one in every layer or every other one, and attention within
// chunks of positions on three layers of four, which is counted as a window of that many.
ModelConfig llama4(const JsonReader& json) {
    constexpr std::int64_t whole_every = 4;
    auto model = llama(json);
    model.qk_norm = flag_or(json, "use_qk_norm", false);
    model.window = amount(json, "attention_chunk_size", position_limit);
    model.window_layers =
        model.window > 0 ? model.num_hidden_layers - model.num_hidden_layers / whole_every : 0;
    model.experts = experts_of(json, "num_local_experts", "intermediate_size");
    model.experts->shared = 1;
    const auto step = dimension_or(json, "interleave_moe_layer_step", model.num_hidden_layers, 1);
    model.experts->dense_layers = model.num_hidden_layers - model.num_hidden_layers / step;
    if (step > 1) model.intermediate_size = dimension(json, "intermediate_size_mlp", width_limit);
    return model;
}

// Gemma (Gemma Team 2024, arXiv 2403.08295): Llama's layers with gates of gelu.
ModelConfig gemma(const JsonReader& json) {
    require_word(json, "hidden_activation", {"gelu_pytorch_tanh", "gelu"});
    auto model = gated_decoder(json);
    model.tie_word_embeddings = flag_or(json, "tie_word_embeddings", true);
    return model;
}

// arXiv 2408.00118: norms on both sides, a window on every other layer. The cap on scores takes no time of
// its own.
ModelConfig gemma2(const JsonReader& json) {
    auto model = gemma(json);
    model.sandwich_norms = true;
    model.window = amount(json, "sliding_window", position_limit);
    model.window_layers = model.window > 0 ? (model.num_hidden_layers + 1) / 2 : 0;
    return model;
}

// arXiv 2503.19786: one layer of sliding_window_pattern without the window; queries and keys normalised.
ModelConfig gemma3(const JsonReader& json) {
    auto model = gemma2(json);
    model.qk_norm = true;
    const auto pattern = dimension_or(json, "sliding_window_pattern", layer_limit, 6);
    model.window_layers = model.window > 0 ? model.num_hidden_layers - model.num_hidden_layers / pattern : 0;
    return model;
}

// Models of images and text have the text part in a table of its own; the part that sees images is not
// counted.
template <ModelConfig (*read)(const JsonReader&)>
ModelConfig text_part(const JsonReader& json) {
    return read(json.at("text_config"));
}

struct Architecture {
    std::string_view name;
    ModelConfig (*read)(const JsonReader& json);
};

constexpr auto known_architectures =
    std::to_array<Architecture>({{"LlamaForCausalLM", llama},
                                 {"MistralForCausalLM", mistral},
                                 {"Qwen2ForCausalLM", qwen2},
                                 {"Qwen3ForCausalLM", qwen3},
                                 {"MixtralForCausalLM", mixtral},
                                 {"Qwen3MoeForCausalLM", qwen3_moe},
                                 {"DeepseekV2ForCausalLM", deepseek},
                                 {"DeepseekV3ForCausalLM", deepseek},
                                 {"DeepseekV32ForCausalLM", deepseek_v32},
                                 {"Qwen3NextForCausalLM", qwen3_next},
                                 {"JambaForCausalLM", jamba},
                                 {"Gemma3ForConditionalGeneration", text_part<gemma3>},
                                 {"Llama4ForConditionalGeneration", text_part<llama4>},
                                 {"GPT2LMHeadModel", gpt2},
                                 {"BloomForCausalLM", bloom},
                                 {"BertForMaskedLM", bert},
                                 {"GptOssForCausalLM", gpt_oss},
                                 {"InternLMForCausalLM", internlm},
                                 {"Phi3ForCausalLM", phi3},
                                 {"MiniMaxM2ForCausalLM", minimax_m2},
                                 {"Glm4MoeForCausalLM", glm4_moe},
                                 {"Llama4ForCausalLM", llama4},
                                 {"GemmaForCausalLM", gemma},
                                 {"Gemma2ForCausalLM", gemma2},
                                 {"Gemma3ForCausalLM", gemma3},
                                 {"GPTNeoXForCausalLM", gpt_neox},
                                 {"OPTForCausalLM", opt},
                                 {"GPTJForCausalLM", gpt_j},
                                 {"FalconForCausalLM", falcon},
                                 {"MPTForCausalLM", mpt},
                                 {"Mamba2ForCausalLM", mamba2},
                                 {"BambaForCausalLM", bamba}});

// What text parts leave out, being the class's default in transformers.
const Json& class_defaults(const std::string& architecture) {
    static const Json known = {{"Gemma3ForConditionalGeneration",
                                {{"vocab_size", 262208},
                                 {"max_position_embeddings", 131072},
                                 {"num_attention_heads", 8},
                                 {"num_key_value_heads", 4},
                                 {"head_dim", 256},
                                 {"sliding_window", 4096},
                                 {"sliding_window_pattern", 6}}},
                               {"Llama4ForConditionalGeneration",
                                {{"interleave_moe_layer_step", 1},
                                 {"attention_chunk_size", 8192},
                                 {"use_qk_norm", true},
                                 {"num_experts_per_tok", 1},
                                 {"vocab_size", 202048},
                                 {"head_dim", 128}}}};
    static const Json none = Json::object();
    return known.contains(architecture) ? known[architecture] : none;
}

// What would have to be written first, for those that are asked for most.
struct Missing {
    std::string_view architecture, what;
};

constexpr auto missing_parts = std::to_array<Missing>({
    {"MambaForCausalLM", "a graph of Mamba-1's selective scans instead of attention"},
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

Json with_class_defaults(Json document, const std::string& file) {
    const auto architecture = architecture_of(JsonReader(document, file));
    auto part = document.find("text_config");
    if (part == document.end() || !part->is_object()) return document;
    for (const auto& [key, value] : class_defaults(architecture).items())
        if (!part->contains(key)) (*part)[key] = value;
    return document;
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
