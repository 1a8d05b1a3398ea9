// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <variant>

#include "cost_model/network/model_config.hpp"
#include "cost_model/network/resnet.hpp"

namespace ridge::cost_model {

/// A model of either kind: one that reads tokens, or one that reads images.
using Network = std::variant<ModelConfig, ResNetConfig>;

/// Throws InputError with file, key and value; an architecture whose graph is not known is refused by name.
[[nodiscard]] Network network_from_json(const JsonReader& json, std::string name);

/// A model of configs/models by name, or a config.json (or a folder that has one) by path.
[[nodiscard]] Network load_network(const std::string& name_or_path);

[[nodiscard]] const std::string& name_of(const Network& network);
[[nodiscard]] double parameters_of(const Network& network);

}  // namespace ridge::cost_model
