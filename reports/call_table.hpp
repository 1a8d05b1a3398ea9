// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "reports/call_results.hpp"
#include "reports/plot/scene.hpp"
#include "reports/table.hpp"

namespace ridge::reports {

/// One row for each result, in their order: best configuration with time and interval, share of its roof,
/// gain over the default configuration, ties, and the fastest library beside it. All times in it are
/// measured.
[[nodiscard]] Table call_table(const std::vector<CallResult>& results);

/// A record's configuration as tables show it.
[[nodiscard]] std::string config_text(const db::Record& record);

/// The rows of a call's tooltip: titles and texts of the registry of metrics.
[[nodiscard]] std::vector<plot::TooltipRow> call_tooltip(const CallResult& result);

/// Why a point lies above its roof; empty when it does not.
[[nodiscard]] std::string above_roof_remark(const CallResult& result);

}  // namespace ridge::reports
