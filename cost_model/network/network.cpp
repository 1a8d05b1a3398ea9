// SPDX-License-Identifier: Apache-2.0
#include "cost_model/network/network.hpp"

#include <filesystem>

#include "core/configs.hpp"
#include "core/error.hpp"
#include "cost_model/network/architectures.hpp"

namespace ridge::cost_model {
namespace {

namespace fs = std::filesystem;

constexpr const char* image_architecture = "ResNetForImageClassification";

}  // namespace

Network network_from_json(const JsonReader& json, std::string name) {
    const auto architecture = architecture_of(json);
    if (architecture == image_architecture) return resnet_from_json(json, std::move(name));
    auto known = transformer_architectures();
    known.emplace_back(image_architecture);
    if (!is_transformer(architecture)) refuse_architecture(json, known);
    return model_from_json(json, std::move(name));
}

Network load_network(const std::string& name_or_path) {
    fs::path path = name_or_path;
    std::error_code error;
    path = fs::is_directory(path, error) ? path / "config.json" : find_config("models", name_or_path);
    const Json document = with_class_defaults(read_json_file(path), path.string());
    const bool plain_name = path.stem() == "config" && path.has_parent_path();
    const auto name = plain_name ? fs::absolute(path).parent_path().filename() : path.stem();
    return network_from_json(JsonReader(document, path.string()), name.string());
}

ModelConfig load_model(const std::string& name_or_path) {
    auto network = load_network(name_or_path);
    if (auto* model = std::get_if<ModelConfig>(&network)) return std::move(*model);
    const auto& images = std::get<ResNetConfig>(network);
    throw InputError(images.name + " (" + images.architecture +
                     ") classifies images and makes no tokens; 'ridge suite make' lists its operator calls");
}

const std::string& name_of(const Network& network) {
    return std::visit([](const auto& model) -> const std::string& { return model.name; }, network);
}

double parameters_of(const Network& network) {
    return std::visit([](const auto& model) { return model.parameters(); }, network);
}

}  // namespace ridge::cost_model
