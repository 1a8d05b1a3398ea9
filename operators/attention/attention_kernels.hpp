// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/registry.hpp"

namespace ridge::operators {

/// Operands of attention, attention_sliding, attention_paged and attention_mla.
[[nodiscard]] std::unique_ptr<OperandSet> make_attention_operands(const OperatorCall& call,
                                                                  std::uint64_t seed);

[[nodiscard]] Implementations make_attention_implementations();
[[nodiscard]] Implementations make_attention_sliding_implementations();
[[nodiscard]] Implementations make_attention_paged_implementations();
[[nodiscard]] Implementations make_attention_mla_implementations();

}  // namespace ridge::operators
