// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "core/json.hpp"

namespace ridge::cost_model {

/// Dimensions of a decoder-only transformer of the Llama family, as Hugging Face's config.json names them.
struct ModelConfig {
    std::string name;          ///< of the file or its folder
    std::string architecture;  ///< "LlamaForCausalLM"
    std::int64_t hidden_size = 0;
    std::int64_t intermediate_size = 0;  ///< of the SwiGLU feed-forward layer
    std::int64_t num_hidden_layers = 0;
    std::int64_t num_attention_heads = 0;
    std::int64_t num_key_value_heads = 0;  ///< num_attention_heads where the file has none
    std::int64_t head_dim = 0;             ///< hidden_size / num_attention_heads where the file has none
    std::int64_t vocab_size = 0;
    std::int64_t max_position_embeddings = 0;
    bool tie_word_embeddings = false;  ///< lm_head shares the embedding table

    /// Weights of all linear layers of all decoder layers (no norms, embeddings, lm_head).
    [[nodiscard]] double layer_linear_parameters() const;
    [[nodiscard]] double embedding_parameters() const;  ///< of one table: vocab_size · hidden_size
    [[nodiscard]] double norm_parameters() const;
    /// All of them; 6,738,415,616 for Llama-2-7B.
    [[nodiscard]] double parameters() const;
};

/// Throws InputError with file, key and value; an architecture that is not of the Llama family is refused by
/// name.
[[nodiscard]] ModelConfig model_from_json(const JsonReader& json, std::string name);

/// A model of configs/models by name, or a config.json (or a folder that has one) by path.
[[nodiscard]] ModelConfig load_model(const std::string& name_or_path);

}  // namespace ridge::cost_model
