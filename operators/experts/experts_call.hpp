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
/// unpermute     each token's k rows added up with its weights.
[[nodiscard]] std::vector<OperatorInfo> expert_operators();

}  // namespace ridge::operators
