// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "operators/catalogue.hpp"

namespace ridge::operators {

/// From tokens to vectors, and from scores over a vocabulary to tokens.
[[nodiscard]] std::vector<OperatorInfo> token_operators();

}  // namespace ridge::operators
