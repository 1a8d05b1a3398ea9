// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "cost_model/network/model_config.hpp"

namespace ridge::cost_model {

/// Names of the architectures of transformers whose graph is known, in config.json's words.
[[nodiscard]] std::vector<std::string> transformer_architectures();

[[nodiscard]] bool is_transformer(const std::string& architecture);

/// The one architecture that a config.json names.
[[nodiscard]] std::string architecture_of(const JsonReader& json);

/// The document with what the text part of a model of images and text leaves to the defaults of its class.
[[nodiscard]] Json with_class_defaults(Json document, const std::string& file);

/// Refuses an architecture by name, with what is missing for it where that is known.
[[noreturn]] void refuse_architecture(const JsonReader& json, const std::vector<std::string>& known);

}  // namespace ridge::cost_model
