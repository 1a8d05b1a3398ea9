// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "reports/report.hpp"

/// Pieces of the HTML page.
namespace ridge::reports::html {

[[nodiscard]] std::string style_sheet();  ///< colours of both themes, layout, print rules
[[nodiscard]] std::string_view script();  ///< tooltips, sorting, links between points and rows

/// A sortable table; `row_prefix` and the first column give each row the id of its point ("call:3") for
/// linking.
[[nodiscard]] std::string table(const Table& table, const std::string& csv_file,
                                const std::string& row_prefix = {});

/// A chart of the scene or bars, coloured by the page's style.
[[nodiscard]] std::string roofline(const DeviceReport& device);
/// Nothing when no fitted model has held-out calls.
[[nodiscard]] std::string fit(const DeviceReport& device);
[[nodiscard]] std::string breakdown(const std::vector<cost_model::TokenCost>& costs);
/// Nothing when no device has a price.
[[nodiscard]] std::string hour(const ReportInput& input);
/// One chart for each comparison of buying with renting.
[[nodiscard]] std::string break_evens(const ReportInput& input);

/// "<span class=…>measured</span>".
[[nodiscard]] std::string provenance_mark(std::string_view word);

}  // namespace ridge::reports::html
