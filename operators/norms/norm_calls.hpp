// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "operators/catalogue.hpp"

namespace ridge::operators {

/// Operators that reduce each row and scale it: rmsnorm, add_rmsnorm, layernorm, softmax.
[[nodiscard]] std::vector<OperatorInfo> norm_operators();

}  // namespace ridge::operators
