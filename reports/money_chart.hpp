// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "reports/money_tables.hpp"
#include "reports/plot/bars.hpp"

namespace ridge::reports {

/// What an hour of each device costs, by part; every bar is as long as the others, its sum stands beside it.
[[nodiscard]] plot::BarChart hour_chart(const std::vector<cost_model::TokenCost>& costs,
                                        const MoneyView& view);

/// Money spent over the months: buying starts with its price and climbs with its running cost, renting climbs
/// with the rent; where the lines cross, buying has paid for itself. Interest is left out, so that the lines
/// are straight.
[[nodiscard]] plot::Scene break_even_scene(const BreakEvenCase& one, const MoneyView& view);

}  // namespace ridge::reports
