// SPDX-License-Identifier: Apache-2.0
#include "cost_model/network/model_config.hpp"

#include <filesystem>

#include "core/configs.hpp"
#include "core/error.hpp"

namespace ridge::cost_model {
namespace {

namespace fs = std::filesystem;

// Far above any published model, and low enough that what is multiplied as whole numbers (two dimensions, or
// a dimension and a number of calls) stays inside 64 bits, and a linear layer inside the operators' limits.
constexpr std::int64_t width_limit = std::int64_t{1} << 24;
constexpr std::int64_t head_limit = std::int64_t{1} << 16;
constexpr std::int64_t layer_limit = 4096;
constexpr std::int64_t position_limit = std::int64_t{1} << 31;

std::int64_t dimension(const JsonReader& json, const char* key, std::int64_t limit) {
    const auto value = json.at(key).integer();
    if (value < 1 || value > limit)
        json.at(key).fail("a whole number between 1 and " + std::to_string(limit));
    return value;
}

std::int64_t dimension_or(const JsonReader& json, const char* key, std::int64_t limit,
                          std::int64_t fallback) {
    return json.has(key) ? dimension(json, key, limit) : fallback;
}

std::string llama_architecture(const JsonReader& json) {
    const auto names = json.at("architectures");
    const auto items = names.items();
    if (items.size() != 1 || items.front().text() != "LlamaForCausalLM")
        names.fail("[\"LlamaForCausalLM\"], the one architecture whose graph is known");
    return items.front().text();
}

void check_heads(const JsonReader& json, const ModelConfig& model) {
    if (!json.has("head_dim") && model.hidden_size % model.num_attention_heads != 0)
        json.at("num_attention_heads").fail("a divisor of hidden_size, or head_dim should be given");
    if (model.num_attention_heads % model.num_key_value_heads != 0)
        json.at("num_key_value_heads").fail("a divisor of num_attention_heads");
}

double real(std::int64_t value) { return static_cast<double>(value); }

}  // namespace

ModelConfig model_from_json(const JsonReader& json, std::string name) {
    ModelConfig model;
    model.name = std::move(name);
    model.architecture = llama_architecture(json);
    model.hidden_size = dimension(json, "hidden_size", width_limit);
    model.intermediate_size = dimension(json, "intermediate_size", width_limit);
    model.num_hidden_layers = dimension(json, "num_hidden_layers", layer_limit);
    model.num_attention_heads = dimension(json, "num_attention_heads", head_limit);
    model.num_key_value_heads =
        dimension_or(json, "num_key_value_heads", head_limit, model.num_attention_heads);
    check_heads(json, model);
    model.head_dim =
        dimension_or(json, "head_dim", head_limit, model.hidden_size / model.num_attention_heads);
    model.vocab_size = dimension(json, "vocab_size", width_limit);
    model.max_position_embeddings = dimension(json, "max_position_embeddings", position_limit);
    if (const auto tied = json.find("tie_word_embeddings")) model.tie_word_embeddings = tied->boolean();
    return model;
}

ModelConfig load_model(const std::string& name_or_path) {
    fs::path path = name_or_path;
    std::error_code error;
    path = fs::is_directory(path, error) ? path / "config.json" : find_config("models", name_or_path);
    const Json document = read_json_file(path);
    const bool plain_name = path.stem() == "config" && path.has_parent_path();
    const auto name = plain_name ? fs::absolute(path).parent_path().filename() : path.stem();
    return model_from_json(JsonReader(document, path.string()), name.string());
}

double ModelConfig::layer_linear_parameters() const {
    const double query_and_output = 2.0 * real(hidden_size) * real(num_attention_heads * head_dim);
    const double key_and_value = 2.0 * real(hidden_size) * real(num_key_value_heads * head_dim);
    const double feed_forward = 3.0 * real(hidden_size) * real(intermediate_size);
    return real(num_hidden_layers) * (query_and_output + key_and_value + feed_forward);
}

double ModelConfig::embedding_parameters() const { return real(vocab_size) * real(hidden_size); }

// Two norms a layer and the last one.
double ModelConfig::norm_parameters() const {
    return (2.0 * real(num_hidden_layers) + 1.0) * real(hidden_size);
}

double ModelConfig::parameters() const {
    const double tables = tie_word_embeddings ? 1.0 : 2.0;
    return layer_linear_parameters() + norm_parameters() + tables * embedding_parameters();
}

}  // namespace ridge::cost_model
