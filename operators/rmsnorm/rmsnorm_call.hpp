// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/catalogue.hpp"

namespace ridge::operators {

/// Root-mean-square norm of each row: y[i][j] = w[j] · x[i][j] / sqrt(mean over j of x[i][j]² + eps).
[[nodiscard]] OperatorInfo rmsnorm_operator();

}  // namespace ridge::operators
