// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "operators/catalogue.hpp"

namespace ridge::operators {

/// The access patterns of STREAM (McCalpin 1995) that bound memory-bound operators, over n elements:
/// stream_read s = Σ x[i]; stream_copy y[i] = x[i]; stream_triad y[i] = x[i] + s · z[i].
/// Traffic is what the program moves; a write-allocate read of the target's lines is not counted.
[[nodiscard]] std::vector<OperatorInfo> stream_operators();

}  // namespace ridge::operators
