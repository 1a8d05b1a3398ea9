// SPDX-License-Identifier: Apache-2.0
#include "reports/sweep_table.hpp"

#include <limits>

#include "cost_model/serving/pareto.hpp"

namespace ridge::reports {
namespace {

using cost_model::serving::Merits;
using cost_model::serving::pareto_front;

constexpr double left_out = std::numeric_limits<double>::quiet_NaN();

Merits by_device(const SweepRow& row) {
    if (!row.cell.fits) return {left_out, left_out};
    return {row.cell.tokens_per_s_user, row.cell.tokens_per_s_device};
}

Merits by_cost(const SweepRow& row) {
    if (!row.cell.fits || row.cell.usd_per_million <= 0) return {left_out, left_out};
    return {row.cell.tokens_per_s_user, -row.cell.usd_per_million};
}

std::vector<std::size_t> front_of(const std::vector<SweepRow>& rows, Merits (*merits)(const SweepRow&)) {
    std::vector<Merits> points;
    for (const auto& row : rows) points.push_back(merits(row));
    return pareto_front(points);
}

const char* front_words(const SweepRow& row) {
    if (row.on_device_front) return row.on_cost_front ? "device, cost" : "device";
    return row.on_cost_front ? "cost" : "";
}

void set_results(Table& table, const SweepRow& row) {
    constexpr const char* results[] = {"tokens_per_s_user", "tokens_per_s_device", "ttft_s",
                                       "energy_per_token_j", "cost_per_million_tokens_usd"};
    if (!row.cell.fits) {
        for (const auto* id : results) table.missing(id, "the KV of the batch does not fit");
        return;
    }
    table.set("tokens_per_s_user", row.cell.tokens_per_s_user)
        .set("tokens_per_s_device", row.cell.tokens_per_s_device);
    table.set("ttft_s", row.cell.ttft_s);
    if (row.cell.joules_per_token > 0)
        table.set("energy_per_token_j", row.cell.joules_per_token);
    else
        table.missing("energy_per_token_j", "the power of the device is not known");
    if (row.cell.usd_per_million > 0)
        table.set("cost_per_million_tokens_usd", row.cell.usd_per_million);
    else
        table.missing("cost_per_million_tokens_usd", "no price");
}

}  // namespace

void mark_fronts(std::vector<SweepRow>& rows) {
    for (const auto index : front_of(rows, by_device)) rows[index].on_device_front = true;
    for (const auto index : front_of(rows, by_cost)) rows[index].on_cost_front = true;
}

Table sweep_table(const std::vector<SweepRow>& rows, const std::string& title) {
    Table table("sweep", title,
                {"model", "device", "parallelism", "weights", "batch", "prompt_tokens", "output_tokens",
                 "tokens_per_s_user", "tokens_per_s_device", "ttft_s", "energy_per_token_j",
                 "cost_per_million_tokens_usd", "front"});
    for (const auto& row : rows) {
        table.add_row().set("model", row.model).set("device", row.device);
        table.set("parallelism", row.parallelism).set("weights", row.weights);
        table.set("batch", static_cast<double>(row.batch));
        table.set("prompt_tokens", row.prompt_tokens).set("output_tokens", row.output_tokens);
        set_results(table, row);
        table.set("front", front_words(row));
    }
    return table;
}

}  // namespace ridge::reports
