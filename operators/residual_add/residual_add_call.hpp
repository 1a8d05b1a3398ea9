// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/catalogue.hpp"

namespace ridge::operators {

/// Sum of a layer's output and the residual stream: y[i][j] = x[i][j] + r[i][j].
[[nodiscard]] OperatorInfo residual_add_operator();

}  // namespace ridge::operators
