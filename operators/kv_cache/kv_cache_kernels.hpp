// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/registry.hpp"

namespace ridge::operators {

[[nodiscard]] std::unique_ptr<OperandSet> make_kv_append_operands(const OperatorCall& call,
                                                                  std::uint64_t seed);
[[nodiscard]] std::unique_ptr<OperandSet> make_kv_gather_operands(const OperatorCall& call,
                                                                  std::uint64_t seed);
[[nodiscard]] std::unique_ptr<OperandSet> make_kv_rerotate_operands(const OperatorCall& call,
                                                                    std::uint64_t seed);
[[nodiscard]] std::unique_ptr<OperandSet> make_kv_fuse_operands(const OperatorCall& call, std::uint64_t seed);
[[nodiscard]] std::unique_ptr<OperandSet> make_kv_swap_operands(const OperatorCall& call, std::uint64_t seed);

[[nodiscard]] Implementations make_kv_append_implementations();
[[nodiscard]] Implementations make_kv_gather_implementations();
[[nodiscard]] Implementations make_kv_rerotate_implementations();
[[nodiscard]] Implementations make_kv_fuse_implementations();
[[nodiscard]] Implementations make_kv_swap_implementations();

}  // namespace ridge::operators
