// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/bench_protocol.hpp"
#include "operators/catalogue.hpp"

namespace ridge::cli {

using Implementations = std::vector<protocol::ImplementationInfo>;

/// Markdown about one operator: formula, dimensions, operands, work of its examples, and its implementations
/// among those given.
[[nodiscard]] std::string operator_page(const operators::OperatorInfo& info,
                                        const Implementations& implementations);

/// docs/operators.md: a chapter for each group, a section for each operator.
[[nodiscard]] std::string operators_document(const Implementations& implementations);

/// "mc: 48, 96 (default 96)" for each parameter, joined; "none".
[[nodiscard]] std::string parameters_text(const ParameterSpace& space);

}  // namespace ridge::cli
