// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

/// Dimensions of a model as its layers need them. Internal to db/.
namespace ridge::db {

struct ModelShape {
    std::int64_t hidden = 0, inter = 0, heads = 0, kv_heads = 0, head_dim = 0, vocabulary = 0;
    std::int64_t experts = 0, expert_inter = 0, experts_of_token = 0;  ///< 0: none
    bool layer_norm = false;                                           ///< instead of a root-mean-square norm
};

/// From configs/models, by a name as other projects write it: "Mixtral-8x7B-v0.1" is mixtral-8x7b. Nothing
/// when there is no such transformer.
[[nodiscard]] std::optional<ModelShape> find_model_shape(const std::string& name);

}  // namespace ridge::db
