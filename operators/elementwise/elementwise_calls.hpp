// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "operators/catalogue.hpp"

namespace ridge::operators {

/// Operators whose output has an element for each element of their inputs: silu_mul, gelu, gelu_tanh, relu2,
/// residual_add.
[[nodiscard]] std::vector<OperatorInfo> elementwise_operators();

}  // namespace ridge::operators
