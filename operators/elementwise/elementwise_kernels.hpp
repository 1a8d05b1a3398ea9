// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/registry.hpp"

namespace ridge::operators {

/// Operands of every operator of elementwise_calls.hpp.
[[nodiscard]] std::unique_ptr<OperandSet> make_elementwise_operands(const OperatorCall& call,
                                                                    std::uint64_t seed);
[[nodiscard]] Implementations make_silu_mul_implementations();
[[nodiscard]] Implementations make_gelu_implementations();
[[nodiscard]] Implementations make_gelu_tanh_implementations();
[[nodiscard]] Implementations make_relu2_implementations();
[[nodiscard]] Implementations make_residual_add_implementations();

}  // namespace ridge::operators
