// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "operators/catalogue.hpp"

namespace ridge::operators {

/// Rotary position embedding of every head of every row (token): pairs of elements turn by an angle that
/// depends on position and pair (Su et al. 2021). rope pairs an element with the one half a head later
/// (LLaMA's code), rope_interleaved with its neighbour (the paper, DeepSeek).
[[nodiscard]] std::vector<OperatorInfo> rope_operators();

}  // namespace ridge::operators
