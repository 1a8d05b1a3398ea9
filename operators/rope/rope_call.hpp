// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/catalogue.hpp"

namespace ridge::operators {

/// Rotary position embedding of every head of every row (token), in place: pairs of elements turn by an angle
/// that depends on position and pair (Su et al. 2021).
[[nodiscard]] OperatorInfo rope_operator();

}  // namespace ridge::operators
