// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "cost_model/levers/ladder.hpp"
#include "reports/table.hpp"

namespace ridge::reports {

/// One row a lever, and a last one of all together, for each device.
[[nodiscard]] Table ladder_table(const std::vector<cost_model::Ladder>& ladders);

/// The levers that there are, with values and loss of quality.
[[nodiscard]] Table lever_table();

}  // namespace ridge::reports
