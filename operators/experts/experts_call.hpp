// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "operators/catalogue.hpp"

namespace ridge::operators {

/// What stands around the grouped product of a layer with experts:
/// router_top_k  the k experts of each token with the largest scores (ties go to the lower index), and their
///               weights: softmax over all experts, of the chosen ones, renormalised to sum 1;
/// permute       each token copied k times, to the rows of its experts; rows of an expert stand together in
///               the order of their tokens, and offsets say where each expert's begin;
/// unpermute     each token's k rows added up with its weights;
/// and the whole of it as serving stacks run it, on one rank of expert and tensor parallelism:
/// expert_layer  of `tokens` tokens, those that chose one of `local_experts` out of `experts` through the
///               experts' gated network (SwiGLU); `inter` is what tensor parallelism leaves of the inner
///               width;
/// expert_layer_ungated  the same with two matrices instead of three.
[[nodiscard]] std::vector<OperatorInfo> expert_operators();

/// What a rank of an expert layer gets to do. Which experts tokens choose is not a property of the call.
struct ExpertShare {
    double rows = 0;     ///< token-expert pairs
    double tokens = 0;   ///< tokens with at least one pair
    double experts = 0;  ///< experts with at least one pair
};

/// The share when every expert gets the same number of tokens: what the catalogue takes for the work.
[[nodiscard]] ExpertShare even_share(const OperatorCall& call);

/// Work of an expert layer with this share.
[[nodiscard]] Work expert_layer_work(const OperatorCall& call, const ExpertShare& share);

}  // namespace ridge::operators
