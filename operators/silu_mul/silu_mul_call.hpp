// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/catalogue.hpp"

namespace ridge::operators {

/// Gate of a SwiGLU feed-forward layer: y[i][j] = silu(g[i][j]) · u[i][j], silu(v) = v / (1 + exp(-v)).
[[nodiscard]] OperatorInfo silu_mul_operator();

}  // namespace ridge::operators
