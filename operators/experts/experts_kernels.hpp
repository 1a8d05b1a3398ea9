// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/registry.hpp"

namespace ridge::operators {

[[nodiscard]] std::unique_ptr<OperandSet> make_router_top_k_operands(const OperatorCall& call,
                                                                     std::uint64_t seed);
[[nodiscard]] Implementations make_router_top_k_implementations();

[[nodiscard]] std::unique_ptr<OperandSet> make_permute_operands(const OperatorCall& call, std::uint64_t seed);
[[nodiscard]] Implementations make_permute_implementations();

[[nodiscard]] std::unique_ptr<OperandSet> make_unpermute_operands(const OperatorCall& call,
                                                                  std::uint64_t seed);
[[nodiscard]] Implementations make_unpermute_implementations();

}  // namespace ridge::operators
