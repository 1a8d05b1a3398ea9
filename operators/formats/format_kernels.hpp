// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/registry.hpp"

namespace ridge::operators {

[[nodiscard]] std::unique_ptr<OperandSet> make_cast_operands(const OperatorCall& call, std::uint64_t seed);
[[nodiscard]] Implementations make_cast_implementations();

/// Outputs the quantised elements, then the scales (a row of them for each row).
[[nodiscard]] std::unique_ptr<OperandSet> make_quantise_operands(const OperatorCall& call,
                                                                 std::uint64_t seed);
[[nodiscard]] Implementations make_quantise_implementations();

/// Inputs the quantised elements, then the scales.
[[nodiscard]] std::unique_ptr<OperandSet> make_dequantise_operands(const OperatorCall& call,
                                                                   std::uint64_t seed);
[[nodiscard]] Implementations make_dequantise_implementations();

[[nodiscard]] std::unique_ptr<OperandSet> make_transpose_operands(const OperatorCall& call,
                                                                  std::uint64_t seed);
[[nodiscard]] Implementations make_transpose_implementations();

}  // namespace ridge::operators
