// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "operators/implementation.hpp"

namespace ridge::operators {

using Implementations = std::vector<std::unique_ptr<Implementation>>;

/// What the kernel side of an operator brings along: one line of the table in registry.cpp.
struct KernelOperator {
    std::string_view op;
    std::unique_ptr<OperandSet> (*make_operands)(const OperatorCall& call, std::uint64_t seed);
    Implementations (*make_implementations)();
};

[[nodiscard]] std::span<const KernelOperator> kernel_operators();

}  // namespace ridge::operators
