// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cost_model/network/model_config.hpp"

namespace ridge::cost_model {

/// How a model is spread over devices. One replica of the attention layers takes tensor · context devices of
/// each of `pipeline` stages; `data` replicas of them share the work of different sequences. The experts of a
/// layer lie on `expert` groups among the tensor · data devices of a stage, and each expert is cut over the
/// devices of its group.
struct Parallelism {
    std::int64_t tensor = 1;    ///< heads and features cut: Megatron's column and row splits
    std::int64_t pipeline = 1;  ///< layers cut into stages
    std::int64_t expert = 1;    ///< experts dealt out
    std::int64_t data = 1;      ///< replicas of attention, each with sequences of its own
    std::int64_t context = 1;   ///< positions of a sequence cut (ring attention)

    [[nodiscard]] std::int64_t devices() const { return tensor * pipeline * data * context; }
    /// Devices that one expert is cut over.
    [[nodiscard]] std::int64_t expert_tensor() const { return expert > 1 ? tensor * data / expert : tensor; }
    [[nodiscard]] std::string text() const;  ///< "tp8 pp2"; "tp1" for one device
    bool operator==(const Parallelism&) const = default;
};

/// "tp8", "tp8 pp2", "tp=4,dp=8,ep=32": tp, pp, ep, dp and cp with whole numbers. Throws InputError naming
/// the word.
[[nodiscard]] Parallelism parse_parallelism(std::string_view text);

/// Throws InputError with the reason when the model can not be spread so: heads that tensor does not divide,
/// more stages than layers, experts that do not deal out evenly.
void check(const Parallelism& parallelism, const ModelConfig& model);

/// What one device of a stage holds: heads, features, vocabulary, experts and layers of its share. Keys and
/// values are held by several devices where there are fewer heads of them than `tensor`; a stage has the
/// layers of the longest one; a vocabulary that does not divide is padded.
[[nodiscard]] ModelConfig shard(const ModelConfig& model, const Parallelism& parallelism);

}  // namespace ridge::cost_model
