// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "cost_model/validation/cost_order.hpp"
#include "cost_model/validation/error_summary.hpp"
#include "reports/table.hpp"

namespace ridge::reports {

/// One row a group: count, errors, bias, share within 20 %, coverage.
[[nodiscard]] Table error_table(const std::string& id, const std::string& title,
                                const std::vector<cost_model::RowErrors>& groups);
[[nodiscard]] Table left_out_table(const std::vector<cost_model::LeftOutCount>& reasons);
/// Every predicted row with its measurement.
[[nodiscard]] Table published_rows_table(const std::vector<cost_model::RowPrediction>& rows);
[[nodiscard]] Table cost_order_table(const cost_model::CostOrder& order);

}  // namespace ridge::reports
