// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/operator_call.hpp"

namespace ridge::operators {

/// Bytes of memory that measuring one configuration of a canonical call takes at most: operands, reference,
/// packed copies and output.
[[nodiscard]] double memory_needed(const OperatorCall& call);

}  // namespace ridge::operators
