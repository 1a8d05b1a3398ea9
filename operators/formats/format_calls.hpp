// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "operators/catalogue.hpp"

namespace ridge::operators {

/// Operators that keep a matrix and change how it is stored: cast, quantise, dequantise, transpose.
[[nodiscard]] std::vector<OperatorInfo> format_operators();

/// Elements of a row of `n` that share a scale, and how many scales a row has.
struct ScaleGroups {
    std::int64_t size = 0, count = 0;
    [[nodiscard]] static ScaleGroups of(const NumberFormat& format, std::int64_t n);
};
/// Precision of a quantised operand's scales: fp32 for rows, the format's own for groups.
[[nodiscard]] Precision scale_precision(const NumberFormat& format);

}  // namespace ridge::operators
