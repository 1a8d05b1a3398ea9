// SPDX-License-Identifier: Apache-2.0
#include "tuner/formats/moe_configs.hpp"

#include <algorithm>
#include <array>

#include "core/error.hpp"
#include "core/json.hpp"
#include "core/text.hpp"
#include "tuner/formats/json_source.hpp"

namespace ridge::tuner {
namespace {

constexpr auto required = std::to_array<std::string_view>(
    {"BLOCK_SIZE_M", "BLOCK_SIZE_N", "BLOCK_SIZE_K", "GROUP_SIZE_M", "num_warps", "num_stages"});
// Of AMD devices only, and of split products.
constexpr auto optional =
    std::to_array<std::string_view>({"waves_per_eu", "matrix_instr_nonkdim", "kpack", "SPLIT_K"});
constexpr const char* version_key = "triton_version";

bool is_count(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

KernelConfig config_of(const JsonReader& json) {
    KernelConfig config;
    for (const auto& [name, value] : json.members()) config.set(name, value.integer());
    for (const auto name : required)
        if (!config.has(std::string(name))) json.fail("a configuration with '" + std::string(name) + "'");
    return config;
}

// In the order in which vLLM writes them, others after them.
Json config_json(const KernelConfig& config) {
    Json json = Json::object();
    for (const auto name : required) json[std::string(name)] = to_json(config.values().at(std::string(name)));
    for (const auto& [name, value] : config.values()) json[name] = to_json(value);
    return json;
}

}  // namespace

std::string moe_file_name(const MoeName& name) {
    auto device = name.device;
    std::ranges::replace(device, ' ', '_');
    if (std::ranges::count(split(device, '_'), std::string_view("H200")) > 0) device = "NVIDIA_H200";
    auto out = "E=" + std::to_string(name.experts) + ",N=" + std::to_string(name.intermediate) +
               ",device_name=" + device;
    if (!name.dtype.empty()) out += ",dtype=" + name.dtype;
    std::vector<std::string> shape;
    for (const auto size : name.block_shape) shape.push_back(std::to_string(size));
    // As Python prints a list whose blanks are taken out.
    if (!shape.empty()) out += ",block_shape=[" + join(shape, ",") + "]";
    return out + ".json";
}

const KernelConfig& MoeConfigs::nearest(std::int64_t tokens) const {
    return std::ranges::min_element(configs, {},
                                    [tokens](const auto& entry) {
                                        return std::max(entry.first, tokens) - std::min(entry.first, tokens);
                                    })
        ->second;
}

MoeConfigs read_moe_configs(const Document& document) {
    const auto json = parse_json(document.text, document.file);
    MoeConfigs out;
    for (const auto& [key, value] : JsonReader(json, document.file).members()) {
        if (key == version_key) {
            out.triton_version = value.text();
            continue;
        }
        if (!is_count(key)) value.fail("under a number of tokens such as \"16\"");
        const auto tokens = parse_integer(key, document.file + ": number of tokens");
        if (tokens < 1 || out.configs.contains(tokens))
            value.fail("under a number of tokens above 0 that stands once");
        out.configs[tokens] = config_of(value);
    }
    if (out.configs.empty()) throw InputError(document.file + ": no configuration in it");
    return out;
}

bool is_moe_configs(const Document& document) {
    const auto begin = document.text.find_first_not_of(" \t\r\n");
    if (begin == std::string::npos || document.text[begin] != '{') return false;
    const auto pieces = JsonSource(document.text, document.file).pieces(document.text);
    return !pieces.empty() && std::ranges::all_of(pieces, [](const JsonPiece& piece) {
        return piece.key == version_key || is_count(piece.key);
    });
}

Written write_moe_configs(const MoeConfigs& configs) {
    Json json = Json::object();
    if (!configs.triton_version.empty()) json[version_key] = configs.triton_version;
    for (const auto& [tokens, config] : configs.configs) json[std::to_string(tokens)] = config_json(config);
    return {json.dump(4) + "\n", {}};
}

std::vector<std::string> put_optimum(MoeConfigs& configs, const RecordedSpace& space, std::int64_t tokens) {
    const auto optimum = space.optimum();
    if (!optimum) throw InputError("the space has no valid configuration");
    if (tokens < 1) throw InputError("a number of tokens is above 0, not " + std::to_string(tokens));
    const auto& best = space.configs[*optimum].config;
    KernelConfig chosen;
    for (const auto name : required) chosen.set(std::string(name), best.integer(std::string(name)));
    std::vector<std::string> lost = {"vLLM's file holds the best configuration only, without its time"};
    for (const auto& [name, value] : best.values()) {
        if (std::ranges::find(optional, name) != optional.end())
            chosen.set(name, best.integer(name));
        else if (!chosen.has(name))
            lost.push_back("parameter '" + name + "' is none of vLLM's kernel and left out");
    }
    configs.configs[tokens] = std::move(chosen);
    return lost;
}

}  // namespace ridge::tuner
