// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "cost_model/token_cost.hpp"
#include "reports/plot/bars.hpp"

namespace ridge::reports {

/// Shares of time by role, one bar for prefill and one for decode of each answer that is ok. Beyond seven
/// roles the smaller ones are put together as "other".
[[nodiscard]] plot::BarChart breakdown_chart(const std::vector<cost_model::TokenCost>& costs);

}  // namespace ridge::reports
