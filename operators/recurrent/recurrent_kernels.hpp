// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/registry.hpp"

namespace ridge::operators {

[[nodiscard]] std::unique_ptr<OperandSet> make_selective_scan_operands(const OperatorCall& call,
                                                                       std::uint64_t seed);
[[nodiscard]] Implementations make_selective_scan_implementations();

[[nodiscard]] std::unique_ptr<OperandSet> make_gated_linear_attention_operands(const OperatorCall& call,
                                                                               std::uint64_t seed);
[[nodiscard]] Implementations make_gated_linear_attention_implementations();

[[nodiscard]] std::unique_ptr<OperandSet> make_causal_conv1d_operands(const OperatorCall& call,
                                                                      std::uint64_t seed);
[[nodiscard]] Implementations make_causal_conv1d_implementations();

}  // namespace ridge::operators
