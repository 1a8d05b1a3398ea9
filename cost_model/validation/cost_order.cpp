// SPDX-License-Identifier: Apache-2.0
#include "cost_model/validation/cost_order.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "core/text.hpp"
#include "cost_model/validation/error_summary.hpp"

namespace ridge::cost_model {
namespace {

constexpr double least_difference = 1.2;

struct Cost {
    std::string device;
    double measured = 0, predicted = 0;  ///< in proportion to dollars for a token
};

// What has to be equal for two rows to be compared.
std::string workload_of(const RowPrediction& row) {
    return join({row.row.source, row.row.model, row.row.batch, row.row.input_len, row.row.output_len,
                 row.row.metric, row.framework, row.row.sparsity},
                "|");
}

void compare(CostOrder& order, const Cost& one, const Cost& other) {
    if (one.device == other.device) return;
    const double measured = one.measured / other.measured;
    if (std::max(measured, 1 / measured) <= least_difference) return;
    ++order.pairs;
    if ((measured > 1) == (one.predicted > other.predicted)) ++order.right;
}

}  // namespace

CostOrder cost_order(const std::vector<RowPrediction>& rows, const PriceOf& price) {
    CostOrder order;
    std::map<std::string, std::vector<Cost>> workloads;
    for (const auto& row : rows) {
        if (!row.left_out.empty() || quantity_of(row.row.metric) != "tokens/s") continue;
        const auto per_hour = price(row.device);
        if (!per_hour) {
            ++order.rows_without_price;
            continue;
        }
        const double devices = row.row.metric == "output_throughput_per_device" ? 1 : row.row.devices;
        const double dollars = *per_hour * devices;
        workloads[workload_of(row)].push_back({row.device, dollars / row.row.value, dollars / row.predicted});
    }
    for (const auto& [workload, costs] : workloads)
        for (std::size_t i = 0; i < costs.size(); ++i)
            for (std::size_t j = i + 1; j < costs.size(); ++j) compare(order, costs[i], costs[j]);
    return order;
}

}  // namespace ridge::cost_model
