// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/registry.hpp"

namespace ridge::operators {

/// Inputs x and table: for each row the cosines of its angles, then their sines.
[[nodiscard]] std::unique_ptr<OperandSet> make_rope_operands(const OperatorCall& call, std::uint64_t seed);
[[nodiscard]] Implementations make_rope_implementations();
[[nodiscard]] Implementations make_rope_interleaved_implementations();

}  // namespace ridge::operators
