// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "operators/catalogue.hpp"

namespace ridge::operators {

/// The operators of a decoder-only transformer besides its linear layers and attention: rmsnorm, rope, silu_mul,
/// residual_add, embedding.
[[nodiscard]] std::vector<OperatorInfo> decoder_operators();

}  // namespace ridge::operators
