// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/operator_call.hpp"

namespace ridge::operators {

/// Throws InputError when `bytes`, what measuring the call takes, are more than this machine has installed.
void require_memory(const OperatorCall& call, double bytes);

}  // namespace ridge::operators
