// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/registry.hpp"

/// The parts of a machine are groups of neighbouring threads on a host and shares of the teams on a GPU; each
/// has an array in the memory they share.
namespace ridge::operators {

/// Operands of each of the four operators.
[[nodiscard]] std::unique_ptr<OperandSet> make_collective_operands(const OperatorCall& call,
                                                                   std::uint64_t seed);

[[nodiscard]] Implementations make_all_reduce_implementations();
[[nodiscard]] Implementations make_reduce_scatter_implementations();
[[nodiscard]] Implementations make_all_gather_implementations();
[[nodiscard]] Implementations make_all_to_all_implementations();

}  // namespace ridge::operators
