// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "db/import/timing_table.hpp"

/// aiconfigurator's words for number formats. Internal to db/. Each function throws SetAside
/// ("unknown-dtype").
namespace ridge::db {

/// "fp8_block" of a linear layer: formats of activations and weights.
[[nodiscard]] const OperandFormats& weight_formats(std::string_view word);

/// The same words where they are about layers of experts, whose int4 weights have scales of groups.
[[nodiscard]] const OperandFormats& expert_formats(std::string_view word);

/// "bfloat16", "half", "fp8", "int8": elements without scales of their own.
[[nodiscard]] std::string_view plain_format(std::string_view word);

}  // namespace ridge::db
