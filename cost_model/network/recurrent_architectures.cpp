// SPDX-License-Identifier: Apache-2.0
#include "cost_model/network/architecture_readers.hpp"
#include "cost_model/network/config_keys.hpp"

namespace ridge::cost_model {
namespace {

// A state has no last position; far above what any was trained with.
constexpr std::int64_t state_positions = std::int64_t{1} << 20;

void check_inner(const JsonReader& json, const Recurrent& recurrent, std::int64_t inner,
                 std::string_view heads_key) {
    if (recurrent.inner() != inner)
        json.at(heads_key).fail("heads that with their features make expand times hidden_size");
}

// Attention stands in some of the layers, by their numbers.
std::int64_t attention_layers_of(const JsonReader& json, std::int64_t layers) {
    const auto indices = json.at("attn_layer_indices").items();
    for (const auto& index : indices)
        if (index.integer() < 0 || index.integer() >= layers) index.fail("the number of a layer, from 0");
    if (static_cast<std::int64_t>(indices.size()) > layers)
        json.at("attn_layer_indices").fail("no more layers than there are");
    return static_cast<std::int64_t>(indices.size());
}

// Layers by a period and the first that has what is asked for.
std::int64_t periodic_layers(const JsonReader& json, const std::string& what, std::int64_t layers) {
    const auto period = dimension(json, what + "_layer_period", layer_limit);
    const auto offset = amount(json, what + "_layer_offset", layer_limit);
    if (offset >= period) json.at(what + "_layer_offset").fail("below " + what + "_layer_period");
    return offset >= layers ? 0 : (layers - offset + period - 1) / period;
}

// What models have in common whose layers with states and with attention have a gated feed-forward part.
ModelConfig gated_hybrid(const JsonReader& json) {
    require_word(json, "hidden_act", {"silu"});
    ModelConfig model = gated_layers(json);
    model.head_dim = model.hidden_size / model.num_attention_heads;
    model.vocab_size = dimension(json, "vocab_size", width_limit);
    model.tie_word_embeddings = flag_or(json, "tie_word_embeddings", false);
    return model;
}

}  // namespace

// Mamba-1's layers with attention in some, without positions, and experts in others (Lieber et al. 2024,
// arXiv 2403.19887).
ModelConfig jamba(const JsonReader& json) {
    ModelConfig model = gated_hybrid(json);
    model.max_position_embeddings = dimension_or(json, "max_position_embeddings", position_limit, 262144);
    model.positions = Positions::none;
    model.recurrent = Recurrent{
        .kind = RecurrentKind::mamba1,
        .layers = model.num_hidden_layers - periodic_layers(json, "attn", model.num_hidden_layers),
        .heads = dimension_or(json, "mamba_expand", 64, 2) * model.hidden_size,
        .head_dim = 1,
        .state = dimension_or(json, "mamba_d_state", head_limit, 16),
        .groups = 1,
        .filter = dimension_or(json, "mamba_d_conv", head_limit, 4),
        .step_rank = dimension_or(json, "mamba_dt_rank", width_limit, (model.hidden_size + 15) / 16)};
    Experts experts{.count = dimension(json, "num_experts", expert_limit),
                    .per_token = dimension(json, "num_experts_per_tok", expert_limit),
                    .intermediate_size = model.intermediate_size};
    experts.dense_layers = model.num_hidden_layers - periodic_layers(json, "expert", model.num_hidden_layers);
    if (experts.count > 1) model.experts = experts;
    return model;
}

// Nothing but recurrent layers (Dao and Gu 2024, arXiv 2405.21060).
ModelConfig mamba2(const JsonReader& json) {
    require_word(json, "hidden_act", {"silu"});
    ModelConfig model;
    model.hidden_size = dimension(json, "hidden_size", width_limit);
    model.num_hidden_layers = dimension(json, "num_hidden_layers", layer_limit);
    model.vocab_size = dimension(json, "vocab_size", width_limit);
    model.tie_word_embeddings = flag_or(json, "tie_word_embeddings", true);
    model.max_position_embeddings = state_positions;
    Recurrent recurrent{.layers = model.num_hidden_layers,
                        .heads = dimension(json, "num_heads", head_limit),
                        .head_dim = dimension(json, "head_dim", head_limit),
                        .state = dimension(json, "state_size", head_limit),
                        .groups = dimension_or(json, "n_groups", head_limit, 1),
                        .filter = dimension_or(json, "conv_kernel", head_limit, 4)};
    check_inner(json, recurrent, dimension_or(json, "expand", 64, 2) * model.hidden_size, "num_heads");
    model.num_attention_heads = model.num_key_value_heads = recurrent.heads;
    model.head_dim = recurrent.head_dim;
    model.recurrent = recurrent;
    return model;
}

// Mamba-2's layers with attention in some, and a gated feed-forward part behind each.
ModelConfig bamba(const JsonReader& json) {
    ModelConfig model = gated_hybrid(json);
    model.max_position_embeddings = dimension(json, "max_position_embeddings", position_limit);
    Recurrent recurrent{
        .layers = model.num_hidden_layers - attention_layers_of(json, model.num_hidden_layers),
        .heads = dimension(json, "mamba_n_heads", head_limit),
        .head_dim = dimension(json, "mamba_d_head", head_limit),
        .state = dimension(json, "mamba_d_state", head_limit),
        .groups = dimension_or(json, "mamba_n_groups", head_limit, 1),
        .filter = dimension_or(json, "mamba_d_conv", head_limit, 4)};
    check_inner(json, recurrent, dimension_or(json, "mamba_expand", 64, 2) * model.hidden_size,
                "mamba_n_heads");
    model.recurrent = recurrent;
    return model;
}

}  // namespace ridge::cost_model
