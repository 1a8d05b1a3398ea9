// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <string_view>
#include <vector>

#include "core/operator_call.hpp"
#include "core/work.hpp"

/// What the memory-bound operators of a decoder share: one operand format "x", no sparsity.
namespace ridge::operators {

/// Throws InputError for sparsity and for more than 2^40 elements.
void check_elementwise(const OperatorCall& call);

/// Product of the named dimensions.
[[nodiscard]] double element_count(const OperatorCall& call,
                                   std::initializer_list<std::string_view> dimensions);

[[nodiscard]] double bytes_of(const NumberFormat& format, double elements);

/// Work in the precision of operand "x".
[[nodiscard]] Work elementwise_work(const OperatorCall& call, double flop, std::vector<Traffic> traffic);

}  // namespace ridge::operators
