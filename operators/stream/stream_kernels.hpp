// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/registry.hpp"

namespace ridge::operators {

[[nodiscard]] std::unique_ptr<OperandSet> make_stream_operands(const OperatorCall& call, std::uint64_t seed);

/// `kokkos-stream` for each of the three operators.
[[nodiscard]] Implementations make_stream_read_implementations();
[[nodiscard]] Implementations make_stream_copy_implementations();
[[nodiscard]] Implementations make_stream_triad_implementations();

}  // namespace ridge::operators
