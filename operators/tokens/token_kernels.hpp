// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/registry.hpp"

namespace ridge::operators {

[[nodiscard]] std::unique_ptr<OperandSet> make_embedding_operands(const OperatorCall& call,
                                                                  std::uint64_t seed);
[[nodiscard]] Implementations make_embedding_implementations();

[[nodiscard]] std::unique_ptr<OperandSet> make_argmax_operands(const OperatorCall& call, std::uint64_t seed);
[[nodiscard]] Implementations make_argmax_implementations();

/// Outputs values and indices.
[[nodiscard]] std::unique_ptr<OperandSet> make_top_k_operands(const OperatorCall& call, std::uint64_t seed);
[[nodiscard]] Implementations make_top_k_implementations();

/// Inputs scores and a uniform number for each row, chosen so that no rounding of the arithmetic decides.
[[nodiscard]] std::unique_ptr<OperandSet> make_sample_operands(const OperatorCall& call, std::uint64_t seed);
[[nodiscard]] Implementations make_sample_implementations();

/// Inputs p, q, drafted tokens and uniform numbers (rows x (drafted + 1), the last one for the drawing);
/// output for each row: drafted tokens accepted, and the token behind them.
[[nodiscard]] std::unique_ptr<OperandSet> make_speculative_verify_operands(const OperatorCall& call,
                                                                           std::uint64_t seed);
[[nodiscard]] Implementations make_speculative_verify_implementations();

}  // namespace ridge::operators
