// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "reports/plot/scene.hpp"
#include "reports/sweep_table.hpp"

namespace ridge::reports {

/// Tokens/s per user against tokens/s per device of the combinations on that front, coloured by device, on
/// logarithmic axes. Throws InputError when there is none.
[[nodiscard]] plot::Scene pareto_chart(const std::vector<SweepRow>& rows);

/// The chart as an SVG document.
[[nodiscard]] std::string pareto_svg(const std::vector<SweepRow>& rows);

}  // namespace ridge::reports
