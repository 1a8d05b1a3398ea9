// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cost_model/kernel/power.hpp"

namespace ridge::cost_model {

/// What calls of one group share: operator and formats, "gemm a=bf16 w=bf16 c=bf16".
[[nodiscard]] std::string power_key(const OperatorCall& call);

/// log2 of the dimensions and of the time in microseconds.
[[nodiscard]] std::vector<double> power_coordinates(const OperatorCall& call, double time_s);

/// Stands for no point.
inline constexpr std::size_t no_point = static_cast<std::size_t>(-1);

/// Mean of the nearest points' residuals, weighted by the inverse square of their distance; 0 without points.
/// The point `left_out` is passed over.
[[nodiscard]] double neighbour_residual(const std::vector<PowerPoint>& points,
                                        const std::vector<double>& coordinates,
                                        std::size_t left_out = no_point);

}  // namespace ridge::cost_model
