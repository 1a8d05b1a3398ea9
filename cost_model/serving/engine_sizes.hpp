// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "cost_model/network/model_config.hpp"

namespace ridge::cost_model {

/// What a serving step's time depends on of a model, in elements; all layers together unless it says
/// otherwise.
struct EngineSizes {
    std::string model;
    double hidden = 0, layers = 0, vocabulary = 0;
    double query_heads = 0, kv_heads = 0;
    double score_dim = 0;   ///< elements a query head multiplies with one position in decode, both products
    double prompt_dim = 0;  ///< likewise while a prompt is computed
    double attention_parameters = 0;     ///< of linear layers
    double feed_forward_parameters = 0;  ///< of dense layers, shared experts and routers
    double feed_forward_width = 0;       ///< features between the two halves, per token and layer
    double expert_layers = 0, experts = 0, experts_per_token = 0;
    double expert_parameters = 0;  ///< of one expert of one layer
    double head_parameters = 0;    ///< of lm_head; the embedding has as many
    bool tied_head = false;        ///< lm_head and embedding are one table
    double cache_elements = 0;     ///< of one position
    bool latent = false;           ///< the cache is one latent vector for all heads
    double window = 0;             ///< positions that windowed layers look back
    double window_share = 0;       ///< of the layers that are windowed

    [[nodiscard]] double layer_parameters() const {
        return attention_parameters + feed_forward_parameters + expert_layers * experts * expert_parameters;
    }
};

[[nodiscard]] EngineSizes engine_sizes(const ModelConfig& model);

}  // namespace ridge::cost_model
