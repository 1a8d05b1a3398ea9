// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "operators/catalogue.hpp"

namespace ridge::operators {

/// Norms, elementwise operators and changes of format and layout over rows of features.
[[nodiscard]] std::vector<OperatorInfo> row_operators();

}  // namespace ridge::operators
