// SPDX-License-Identifier: Apache-2.0
#include "reports/validation_tables.hpp"

#include "core/text.hpp"

namespace ridge::reports {
namespace {

double real(std::size_t count) { return static_cast<double>(count); }

}  // namespace

Table error_table(const std::string& id, const std::string& title,
                  const std::vector<cost_model::RowErrors>& groups) {
    Table table(id, title,
                {"name", "rows_count", "error_median", "error_mean", "error_p90", "error_bias",
                 "within_fifth", "interval_coverage"});
    for (const auto& group : groups) {
        table.add_row().set("name", group.key).set("rows_count", real(group.count));
        if (group.count == 0) continue;
        table.set("error_median", group.median).set("error_mean", group.mean).set("error_p90", group.p90);
        table.set("error_bias", group.bias).set("within_fifth", group.within_fifth);
        table.set("interval_coverage", group.covered);
    }
    return table;
}

Table left_out_table(const std::vector<cost_model::LeftOutCount>& reasons) {
    Table table("left_out", "Rows left out", {"reason", "rows_count"});
    for (const auto& [reason, count] : reasons)
        table.add_row().set("reason", reason).set("rows_count", real(count));
    return table;
}

Table published_rows_table(const std::vector<cost_model::RowPrediction>& rows) {
    Table table("published_rows", "Rows",
                {"source_line", "device", "model", "regime", "metric", "measured_value", "predicted_value",
                 "predicted_low", "predicted_high", "error_bias", "row_use", "reason"});
    for (const auto& row : rows) {
        table.add_row().set("source_line", real(row.row.line)).set("device", row.row.device);
        table.set("model", row.row.model).set("metric", row.row.metric);
        table.set("measured_value", row.row.value).set("row_use", row.is_test ? "test" : "training");
        if (!row.left_out.empty()) {
            table.set("reason", row.left_out);
            continue;
        }
        table.set("regime", std::string(cost_model::name(row.regime))).set("predicted_value", row.predicted);
        table.set("predicted_low", row.interval.low).set("predicted_high", row.interval.high);
        table.set("error_bias", row.error());
    }
    return table;
}

Table cost_order_table(const cost_model::CostOrder& order) {
    Table table("cost_order", "Order of devices by cost of a token",
                {"pairs_count", "pairs_right", "right_share", "rows_without_price"});
    table.add_row().set("pairs_count", real(order.pairs)).set("pairs_right", real(order.right));
    if (order.pairs > 0)
        table.set("right_share", order.share());
    else
        table.missing("right_share", "no pair of devices differs by more than 20 %");
    table.set("rows_without_price", real(order.rows_without_price));
    return table;
}

}  // namespace ridge::reports
