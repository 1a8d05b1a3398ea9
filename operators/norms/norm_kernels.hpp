// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/norms/norm_reference.hpp"
#include "operators/registry.hpp"

namespace ridge::operators {

[[nodiscard]] Implementations make_rmsnorm_implementations();
[[nodiscard]] Implementations make_add_rmsnorm_implementations();
[[nodiscard]] Implementations make_layernorm_implementations();
[[nodiscard]] Implementations make_softmax_implementations();

}  // namespace ridge::operators
