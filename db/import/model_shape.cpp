// SPDX-License-Identifier: Apache-2.0
#include "db/import/model_shape.hpp"

#include <algorithm>

#include "core/configs.hpp"
#include "core/device.hpp"
#include "core/json.hpp"
#include "db/import/timings.hpp"

namespace ridge::db {
namespace {

// Models without a file: microsoft/Phi-mini-MoE-instruct, config.json.
struct OtherModel {
    std::string_view name;
    ModelShape shape;
};
constexpr OtherModel others[] = {
    {"phi-mini-moe-instruct", {4096, 960, 32, 8, 128, 32064, 16, 960, 2, true}},
};

// The longest known name that the words of `name` begin with: what follows is a version or a kind of
// training.
std::optional<std::string> known_name(const std::string& name) {
    const auto known = list_configs("models");
    for (std::string rest = slug(name); !rest.empty();) {
        if (std::ranges::find(known, rest) != known.end()) return rest;
        const auto dash = rest.rfind('-');
        rest.resize(dash == std::string::npos ? 0 : dash);
    }
    return std::nullopt;
}

std::int64_t first_of(const JsonReader& json, std::initializer_list<const char*> keys,
                      std::int64_t fallback) {
    for (const char* key : keys)
        if (json.has(key)) return json.at(key).integer();
    return fallback;
}

bool has_layer_norm(const JsonReader& json) {
    // PhiMoE's file names the epsilon of an RMS norm; its layers have norms about the mean.
    return json.text_or("model_type", "") == "phimoe" || !json.has("rms_norm_eps");
}

}  // namespace

std::optional<ModelShape> find_model_shape(const std::string& name) {
    const auto own = slug(name);
    for (const auto& other : others)
        if (own == other.name) return other.shape;
    const auto known = known_name(name);
    if (!known) return std::nullopt;
    const auto path = find_config("models", *known);
    const auto document = read_json_file(path);
    const JsonReader json(document, path.string());
    if (!json.has("hidden_size") || !json.has("num_attention_heads")) return std::nullopt;  // no transformer
    ModelShape shape;
    shape.hidden = json.at("hidden_size").integer();
    shape.heads = std::max<std::int64_t>(1, json.at("num_attention_heads").integer());
    shape.kv_heads = json.integer_or("num_key_value_heads", shape.heads);
    shape.head_dim = json.integer_or("head_dim", shape.hidden / shape.heads);
    shape.inter = json.integer_or("intermediate_size", 0);
    shape.vocabulary = json.integer_or("vocab_size", 0);
    shape.experts = first_of(json, {"num_local_experts", "num_experts", "n_routed_experts"}, 0);
    shape.expert_inter = json.integer_or("moe_intermediate_size", shape.inter);
    shape.experts_of_token = json.integer_or("num_experts_per_tok", 0);
    shape.layer_norm = has_layer_norm(json);
    return shape;
}

}  // namespace ridge::db
