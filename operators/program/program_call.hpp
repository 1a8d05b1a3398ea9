// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "operators/catalogue.hpp"

/// Calls of programs that are not of this catalogue: "program:matmul k=512 m=512 n=512" is the user's kernel
/// `matmul` on a problem of his own dimensions. Nothing is known of its work, so it has no roof and no model;
/// everything else (campaign, store, best, export) is as for other calls.
namespace ridge::operators {

/// What the operator of such a call begins with.
inline constexpr std::string_view program_prefix = "program:";

[[nodiscard]] bool is_program(std::string_view op);

/// "matmul" of "program:matmul"; throws InputError unless it is letters, digits, '.', '_' and '-', at most
/// 64, and begins with a letter or digit.
[[nodiscard]] std::string_view program_name(std::string_view op);

/// The call with its dimensions in alphabetical order; throws InputError for a name that is none, a
/// dimension that is not positive, an operand or a sparsity.
[[nodiscard]] OperatorCall canonical_program(const OperatorCall& call);

/// Stands for all of them: no dimensions or operands of its own, no work.
[[nodiscard]] const OperatorInfo& program_operator();

}  // namespace ridge::operators
