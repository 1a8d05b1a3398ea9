// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/registry.hpp"

namespace ridge::operators {

[[nodiscard]] std::unique_ptr<OperandSet> make_rmsnorm_operands(const OperatorCall& call, std::uint64_t seed);
[[nodiscard]] Implementations make_rmsnorm_implementations();

}  // namespace ridge::operators
