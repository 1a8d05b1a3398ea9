// SPDX-License-Identifier: Apache-2.0
#include "cost_model/validation/published_names.hpp"

#include <algorithm>
#include <cctype>

#include "core/configs.hpp"
#include "core/error.hpp"
#include "core/lower_case.hpp"

namespace ridge::cost_model {

namespace {

// In the place of a format: that of the row's weights.
constexpr std::string_view as_weights = "weights";

// Letters and digits alone, so that "RTX 5090-24GB" begins with "rtx5090".
std::string squeezed(std::string_view text) {
    std::string out;
    for (const char c : lower_case(text))
        if (std::isalnum(static_cast<unsigned char>(c))) out += c;
    return out;
}

std::string without_vendor(std::string text) {
    for (const std::string vendor :
         {"apple", "nvidia", "amd", "intel", "geforce", "radeon", "tesla", "huawei"})
        if (text.starts_with(vendor)) text.erase(0, vendor.size());
    return text;
}

}  // namespace

PublishedNames PublishedNames::from_json(const JsonReader& json) {
    PublishedNames names;
    for (const auto& one : json.at("frameworks").items())
        names.frameworks_.emplace_back(lower_case(one.at("contains").text()), one.at("class").text());
    for (const auto& one : json.at("devices").items())
        names.devices_.emplace_back(squeezed(one.at("begins").text()), one.at("device").text());
    for (const auto& one : json.at("model_suffixes").items()) names.suffixes_.push_back(one.text());
    for (const auto& [alias, model] : json.at("models").members()) names.models_[alias] = model.text();
    for (const auto& [name, format] : json.at("weight_formats").members())
        names.formats_[name] = format.parsed(NumberFormat::parse);
    for (const auto& one : json.at("encoders").items()) names.encoders_.push_back(one.text());
    for (const auto& one : json.at("activation_formats").items()) {
        const auto format = one.at("format");
        names.activations_.push_back(
            {TextCondition::from_json(one.at("name")),
             format.text() == as_weights ? std::nullopt : std::optional(format.parsed(NumberFormat::parse))});
    }
    for (const auto& [name, format] : json.at("cache_formats").members())
        names.caches_[name] = format.parsed(NumberFormat::parse);
    for (const auto& one : json.at("sparsities").items())
        names.sparsities_.push_back(
            {TextCondition::from_json(one.at("name")), one.at("sparsity").parsed(Sparsity::parse)});
    for (const auto& [workload, entry] : json.at("prompt_tokens").members())
        names.prompts_[workload] = entry.at("tokens").positive();
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
    const auto text = lower_case(name);
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
    auto text = lower_case(name);
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

bool PublishedNames::knows_model(const std::string& catalogue_name) const {
    return std::ranges::binary_search(catalogue_models_, catalogue_name);
}

std::optional<NumberFormat> PublishedNames::weight_format(const std::string& name) const {
    auto text = lower_case(name.substr(0, name.find_first_of("(>")));
    while (text.ends_with(' ') || text.ends_with('-')) text.pop_back();
    const auto found = formats_.find(text);
    return found == formats_.end() ? std::nullopt : std::optional(found->second);
}

bool PublishedNames::is_encoder(const std::string& catalogue_name) const {
    return std::ranges::find(encoders_, catalogue_name) != encoders_.end();
}

std::optional<NumberFormat> PublishedNames::activation_format(const std::string& name,
                                                              const NumberFormat& weights) const {
    for (const auto& [condition, format] : activations_)
        if (condition.holds(name)) return format.value_or(weights);
    return std::nullopt;
}

std::optional<NumberFormat> PublishedNames::cache_format(const std::string& name) const {
    const auto found = caches_.find(name);
    return found == caches_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<Sparsity> PublishedNames::sparsity(const std::string& name) const {
    for (const auto& [condition, sparsity] : sparsities_)
        if (condition.holds(name)) return sparsity;
    return std::nullopt;
}

std::optional<double> PublishedNames::prompt_tokens(const std::string& workload) const {
    const auto found = prompts_.find(workload);
    return found == prompts_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace ridge::cost_model
