// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "cost_model/network/model_config.hpp"

/// Readers of config.json for the table of architectures.cpp; each throws InputError with file, key and
/// value.
namespace ridge::cost_model {

/// Refuses heads that hidden_size or the heads of keys and values do not go into.
void check_heads(const JsonReader& json, const ModelConfig& model, std::string_view heads_key);

/// Width, number and heads of layers with attention and a gated feed-forward part, by the names that the
/// Llama family gave them.
[[nodiscard]] ModelConfig gated_layers(const JsonReader& json);

// Layernorm, and positions that are learned or ALiBi.
[[nodiscard]] ModelConfig gpt2(const JsonReader& json);
[[nodiscard]] ModelConfig bloom(const JsonReader& json);
[[nodiscard]] ModelConfig bert(const JsonReader& json);
[[nodiscard]] ModelConfig opt(const JsonReader& json);
[[nodiscard]] ModelConfig mpt(const JsonReader& json);
// Layernorm, rope, attention and feed-forward part side by side.
[[nodiscard]] ModelConfig gpt_j(const JsonReader& json);
[[nodiscard]] ModelConfig falcon(const JsonReader& json);
// Likewise with a norm for each part.
[[nodiscard]] ModelConfig gpt_neox(const JsonReader& json);
// Layers that carry a state.
[[nodiscard]] ModelConfig mamba2(const JsonReader& json);
[[nodiscard]] ModelConfig bamba(const JsonReader& json);
[[nodiscard]] ModelConfig jamba(const JsonReader& json);

}  // namespace ridge::cost_model
