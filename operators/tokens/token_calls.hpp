// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "operators/catalogue.hpp"

namespace ridge::operators {

/// From tokens to vectors, and from scores over a vocabulary to tokens: embedding, argmax, top_k, sample,
/// speculative_verify.
[[nodiscard]] std::vector<OperatorInfo> token_operators();

/// Of `sample`: scores are divided by the temperature, and the most probable tokens are kept until together
/// they reach top_p. Values that serving stacks offer as defaults for chat.
inline constexpr double sample_temperature = 0.75, sample_top_p = 0.9375;  // short in binary

}  // namespace ridge::operators
