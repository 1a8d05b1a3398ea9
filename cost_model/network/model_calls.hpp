// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "core/measurement.hpp"
#include "cost_model/network/network.hpp"
#include "cost_model/network/transformer_graph.hpp"

namespace ridge::cost_model {

/// What a model is asked to do, in every combination.
struct ModelUse {
    std::vector<std::int64_t> batches = {1, 16};  ///< sequences decoded at once; texts or images read at once
    std::vector<std::int64_t> contexts = {512, 4096};  ///< of decode steps
    std::vector<std::int64_t> prompts = {128, 512};    ///< tokens of a prompt, or of an encoder's text
    std::vector<Precisions> precisions = {{}};
    std::int64_t page = 16;  ///< tokens of a page of the KV cache
};

/// A distinct operator call of a model.
struct ModelCall {
    OperatorCall call;  ///< canonical
    CacheState cache = CacheState::cold;
    double share = 0;  ///< of the calls of a pass, averaged over the passes; all together make 1
};

/// The distinct calls of all passes: prompts one by one (batch 1) and warm, since a layer's operands were
/// written just before or are used for many rows, but for the head, which sees one row; decode steps cold,
/// since the weights of the other layers pass through the caches between two calls. An encoder reads batches
/// of texts, a network of images batches of images, both warm. Throws InputError as transformer_calls and
/// resnet_calls do, and for an empty list.
[[nodiscard]] std::vector<ModelCall> model_calls(const Network& network, const ModelUse& use);

/// `lengths` that the model has positions for; the model's own number of positions when it has for none.
[[nodiscard]] std::vector<std::int64_t> lengths_within(const Network& network,
                                                       const std::vector<std::int64_t>& lengths);

}  // namespace ridge::cost_model
