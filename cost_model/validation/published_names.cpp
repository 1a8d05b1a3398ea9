// SPDX-License-Identifier: Apache-2.0
#include "cost_model/validation/published_names.hpp"

#include <algorithm>
#include <cctype>

#include "core/configs.hpp"
#include "core/error.hpp"

namespace ridge::cost_model {
namespace {

std::string lower(std::string_view text) {
    std::string out(text);
    for (auto& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return out;
}

// Letters and digits alone, so that "RTX 5090-24GB" begins with "rtx5090".
std::string squeezed(std::string_view text) {
    std::string out;
    for (const char c : lower(text))
        if (std::isalnum(static_cast<unsigned char>(c))) out += c;
    return out;
}

std::string without_vendor(std::string text) {
    for (const std::string vendor :
         {"apple", "nvidia", "amd", "intel", "geforce", "radeon", "tesla", "huawei"})
        if (text.starts_with(vendor)) text.erase(0, vendor.size());
    return text;
}

std::map<std::string, double> positive_numbers(const JsonReader& json) {
    std::map<std::string, double> out;
    for (const auto& [key, value] : json.members()) out[key] = value.positive();
    return out;
}

void add_latent(EngineSizes& sizes, const JsonReader& latent) {
    const double query_rank = latent.at("query_rank").positive(), rank = latent.at("rank").positive();
    const double rope = latent.at("rope").positive(), plain = latent.at("plain").positive();
    const double value = latent.at("value").positive(), heads = sizes.query_heads;
    sizes.latent = true;
    sizes.cache_elements = sizes.layers * (rank + rope);
    sizes.score_dim = 2 * rank + rope;
    sizes.prompt_dim = plain + rope + value;
    sizes.attention_parameters =
        sizes.layers *
        (sizes.hidden * query_rank + query_rank * heads * (plain + rope) + sizes.hidden * (rank + rope) +
         rank * heads * (plain + value) + heads * value * sizes.hidden);
}

void add_heads(EngineSizes& sizes, const JsonReader& json) {
    const double head_dim = json.at("head_dim").positive();
    sizes.query_heads = json.at("heads").positive();
    sizes.kv_heads = json.at("kv_heads").positive();
    if (const auto latent = json.find("latent")) return add_latent(sizes, *latent);
    sizes.attention_parameters =
        sizes.layers * sizes.hidden * head_dim * 2 * (sizes.query_heads + sizes.kv_heads);
    sizes.cache_elements = 2 * sizes.layers * sizes.kv_heads * head_dim;
    sizes.score_dim = sizes.prompt_dim = 2 * head_dim;
}

void add_feed_forward(EngineSizes& sizes, const JsonReader& json) {
    const bool gated = !json.has("gated") || json.at("gated").boolean();
    const double matrices = gated ? 3 : 2, width = json.amount_or("intermediate", 0);
    sizes.experts = json.amount_or("experts", 0);
    const double dense = sizes.experts > 0 ? json.amount_or("dense_layers", 0) : sizes.layers;
    sizes.feed_forward_parameters = dense * matrices * sizes.hidden * width;
    sizes.feed_forward_width = width;
    if (sizes.experts <= 0) return;
    const double expert_width = json.at("expert_intermediate").positive();
    sizes.experts_per_token = json.at("experts_per_token").positive();
    sizes.expert_layers = sizes.layers - dense;
    sizes.expert_parameters = matrices * sizes.hidden * expert_width;
    sizes.feed_forward_parameters +=
        sizes.expert_layers *
        (json.amount_or("shared_experts", 0) * sizes.expert_parameters + sizes.hidden * sizes.experts);
    sizes.feed_forward_width = sizes.experts_per_token * expert_width;
}

EngineSizes sizes_from(const std::string& name, const JsonReader& json) {
    EngineSizes sizes{.model = name, .hidden = json.at("hidden").positive()};
    sizes.layers = json.at("layers").positive();
    sizes.vocabulary = json.at("vocabulary").positive();
    add_heads(sizes, json);
    add_feed_forward(sizes, json);
    sizes.head_parameters = sizes.vocabulary * sizes.hidden;
    sizes.tied_head = json.has("tied_head") && json.at("tied_head").boolean();
    sizes.window = json.amount_or("window", 0);
    sizes.window_share = json.amount_or("window_share", 0);
    return sizes;
}

}  // namespace

PublishedNames PublishedNames::from_json(const JsonReader& json) {
    PublishedNames names;
    for (const auto& one : json.at("frameworks").items())
        names.frameworks_.emplace_back(lower(one.at("contains").text()), one.at("class").text());
    for (const auto& one : json.at("devices").items())
        names.devices_.emplace_back(squeezed(one.at("begins").text()), one.at("device").text());
    for (const auto& one : json.at("model_suffixes").items()) names.suffixes_.push_back(one.text());
    for (const auto& [alias, model] : json.at("models").members()) names.models_[alias] = model.text();
    names.bits_ = positive_numbers(json.at("weight_bits"));
    for (const auto& [workload, entry] : json.at("prompt_tokens").members())
        names.prompts_[workload] = entry.at("tokens").positive();
    for (const auto& [model, entry] : json.at("sizes").members())
        names.sizes_[model] = sizes_from(model, entry);
    names.catalogue_devices_ = list_configs("devices");
    names.catalogue_models_ = list_configs("models");
    return names;
}

PublishedNames PublishedNames::load() {
    const auto path = find_config("published", "names");
    const Json document = read_json_file(path);
    return from_json(JsonReader(document, path.string()));
}

std::string PublishedNames::framework(const std::string& name) const {
    const auto text = lower(name);
    for (const auto& [part, framework] : frameworks_)
        if (text.find(part) != std::string::npos) return framework;
    return "other";
}

std::optional<std::string> PublishedNames::device(const std::string& name) const {
    const auto text = squeezed(name), bare = without_vendor(text);
    std::string best;
    std::size_t length = 0;
    const auto consider = [&](const std::string& beginning, const std::string& id) {
        if (beginning.size() <= length || !(text.starts_with(beginning) || bare.starts_with(beginning)))
            return;
        best = id;
        length = beginning.size();
    };
    for (const auto& [beginning, id] : devices_) consider(beginning, id);
    for (const auto& id : catalogue_devices_) consider(squeezed(id), id);
    if (best.empty() || !std::ranges::binary_search(catalogue_devices_, best)) return std::nullopt;
    return best;
}

std::string PublishedNames::model_name(const std::string& name) const {
    auto text = lower(name);
    if (const auto slash = text.rfind('/'); slash != std::string::npos && !models_.contains(text))
        text.erase(0, slash + 1);
    for (bool changed = true; changed;) {
        changed = false;
        for (const auto& suffix : suffixes_)
            if (text.ends_with(suffix)) text.erase(text.size() - suffix.size()), changed = true;
    }
    const auto alias = models_.find(text);
    return alias == models_.end() ? text : alias->second;
}

std::optional<EngineSizes> PublishedNames::model(const std::string& name) const {
    const auto known = model_name(name);
    if (const auto found = sizes_.find(known); found != sizes_.end()) return found->second;
    if (std::ranges::binary_search(catalogue_models_, known)) return engine_sizes(load_model(known));
    return std::nullopt;
}

std::optional<double> PublishedNames::weight_bits(const std::string& name) const {
    auto text = lower(name.substr(0, name.find_first_of("(>")));
    while (text.ends_with(' ') || text.ends_with('-')) text.pop_back();
    const auto found = bits_.find(text);
    return found == bits_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<double> PublishedNames::prompt_tokens(const std::string& workload) const {
    const auto found = prompts_.find(workload);
    return found == prompts_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace ridge::cost_model
