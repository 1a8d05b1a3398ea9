// SPDX-License-Identifier: Apache-2.0
#include "reports/cost_tables.hpp"

#include <algorithm>

#include "core/units.hpp"
#include "reports/money_tables.hpp"

namespace ridge::reports {
namespace {

using cost_model::PassCost;
using cost_model::TokenCost;
using cost_model::Verdict;

constexpr const char* result_columns[] = {"ttft_s",
                                          "tpot_s",
                                          "tokens_per_s",
                                          "tokens_per_s_low",
                                          "tokens_per_s_high",
                                          "interval_share",
                                          "communication_s",
                                          "host_s",
                                          "energy_per_token_j",
                                          "energy_basis",
                                          "price_per_hour_usd",
                                          "price_basis",
                                          "cost_per_million_tokens_usd",
                                          "cost_low_usd",
                                          "cost_high_usd",
                                          "limiter",
                                          "measured_share",
                                          "predicted_share",
                                          "specified_share_of_time",
                                          "bare_roof_share"};

constexpr const char* pool_columns[] = {"prefill_parallelism", "prefill_replicas", "transfer_s"};

std::string weights_text(const cost_model::Precisions& precisions) {
    const auto& sparsity = precisions.weight_sparsity;
    return precisions.weights.text() + (sparsity.is_dense() ? "" : " " + sparsity.text());
}

void set_or_missing(Table& table, const char* id, const std::optional<double>& value,
                    const std::string& reason) {
    if (value)
        table.set(id, *value);
    else
        table.missing(id, reason);
}

void set_memory(Table& table, const TokenCost& cost) {
    table.set("memory_bytes", cost.memory.total());
    if (cost.memory_capacity <= 0) {
        table.missing("memory_share", cost.memory_note);
        return;
    }
    table.set("memory_share", cost.memory.total() / cost.memory_capacity);
    if (cost.verdict == Verdict::does_not_fit) table.flag("memory_share", cost.reason);
}

// Absent when too little of the step has an interval; the share of it stands in its own column.
void set_interval(Table& table, const char* low, const char* high, const std::optional<Interval>& interval,
                  const std::string& reason) {
    if (interval)
        table.set(low, interval->low).set(high, interval->high);
    else
        table.missing(low, reason).missing(high, reason);
}

void set_money(Table& table, const TokenCost& cost) {
    const auto& money = cost.money;
    set_or_missing(table, "price_per_hour_usd",
                   money.price ? std::optional(money.price->usd_per_hour) : std::nullopt, money.missing);
    if (money.price) {
        const auto basis = money.price->term + (money.price->date.empty() ? "" : " " + money.price->date);
        table.note("price_per_hour_usd", basis + ": " + money.price->source);
        table.set("price_basis", basis).note("price_basis", money.price->source);
    } else {
        table.missing("price_basis", money.missing);
    }
    set_or_missing(table, "cost_per_million_tokens_usd", money.usd_per_million_output, money.missing);
}

void set_intervals(Table& table, const TokenCost& cost) {
    const std::string too_little =
        "less than " + percent(cost_model::least_interval_share) + " of the step's time has an interval";
    table.set("interval_share", cost.decode.interval_share);
    set_interval(table, "tokens_per_s_low", "tokens_per_s_high", cost.tokens_per_s_interval, too_little);
    set_interval(table, "cost_low_usd", "cost_high_usd", cost.usd_per_million_output_interval,
                 cost.tokens_per_s_interval ? cost.money.missing : too_little);
}

// Of nothing but bare roofs. With measured or fitted calls among them the sum is an estimate, whose shares
// say what of.
void mark_bounds(Table& table, const TokenCost& cost) {
    constexpr const char* why = "all times are bare roofs, which no kernel beats";
    if (cost.prefill.is_bound) table.bound("ttft_s", "≥", why);
    if (!cost.decode.is_bound) return;
    for (const auto* id : {"tpot_s", "cost_per_million_tokens_usd"}) table.bound(id, "≥", why);
    table.bound("tokens_per_s", "≤", why);
}

void set_energy(Table& table, const TokenCost& cost) {
    const auto& energy = cost.energy;
    set_or_missing(table, "energy_per_token_j", energy.joules_per_output_token, energy.missing);
    if (!energy.joules_per_output_token) {
        table.missing("energy_basis", energy.missing);
        return;
    }
    const auto basis = std::string(name(energy.provenance)) + ": " + energy.basis;
    table.note("energy_per_token_j", basis).set("energy_basis", basis);
}

void set_pool(Table& table, const TokenCost& cost) {
    constexpr const char* none = "the devices that decode do the prompts";
    if (!cost.pool) {
        for (const auto* id : pool_columns) table.missing(id, none);
        return;
    }
    table.set("prefill_parallelism", cost.deployment.prefill->parallelism.text())
        .set("prefill_replicas", cost.pool->replicas)
        .set("transfer_s", cost.pool->transfer_s);
}

void set_results(Table& table, const TokenCost& cost) {
    set_pool(table, cost);
    table.set("ttft_s", cost.time_to_first_token_s)
        .set("tpot_s", cost.time_per_output_token_s)
        .set("tokens_per_s", cost.tokens_per_s);
    table.set("communication_s", cost.decode_cost.communication_s).set("host_s", cost.decode_cost.host_s);
    set_energy(table, cost);
    set_money(table, cost);
    set_intervals(table, cost);
    table.set("limiter", cost.decode.limiter).set("measured_share", cost.decode.measured_share);
    table.set("predicted_share", cost.decode.predicted_share)
        .set("specified_share_of_time", cost.decode.specified_share)
        .set("bare_roof_share", cost.decode.roof_share);
    mark_bounds(table, cost);
}

void add_cost(Table& table, const TokenCost& cost) {
    const auto& w = cost.workload;
    table.add_row()
        .set("device", cost.device)
        .set("model", cost.model)
        .set("verdict", std::string(name(cost.verdict)));
    table.set("weights", weights_text(w.precisions)).set("batch", static_cast<double>(w.batch));
    table.set("parallelism", cost.deployment.parallelism.text()).set("devices", cost.devices);
    table.set("engine", cost.deployment.engine.name);
    if (cost.memory_capacity > 0)
        table.set("largest_batch", cost.largest_batch);
    else
        table.missing("largest_batch", cost.memory_note);
    table.set("prompt_tokens", static_cast<double>(w.prompt_tokens))
        .set("output_tokens", static_cast<double>(w.output_tokens));
    set_memory(table, cost);
    if (cost.verdict == Verdict::ok) {
        table.set("provenance", std::string(name(cost.provenance)));
        if (cost.on_data_sheet)
            table.note("provenance", "by an engine's fitted shares of a data sheet's ceilings");
        set_results(table, cost);
        return;
    }
    table.missing("provenance", cost.reason).note("verdict", cost.reason);
    for (const auto* id : result_columns) table.missing(id, cost.reason);
    for (const auto* id : pool_columns) table.missing(id, cost.reason);
}

// Another text for the amounts; the numbers stay in the dollars that their columns say.
void show_in(Table& table, const TokenCost& cost, const cost_model::ExchangeRate& shown) {
    if (shown.currency == "USD" || !cost.money.price) return;
    const auto show = [&](const char* id, const std::optional<double>& usd) {
        if (!usd) return;
        const auto sign = table.at(table.size() - 1, id).bound;
        table.shown_as(id, (sign.empty() ? "" : sign + " ") + in_currency(*usd, shown));
    };
    show("price_per_hour_usd", cost.money.price->usd_per_hour);
    show("cost_per_million_tokens_usd", cost.money.usd_per_million_output);
    if (const auto& interval = cost.usd_per_million_output_interval) {
        show("cost_low_usd", interval->low);
        show("cost_high_usd", interval->high);
    }
}

// What all rows of a table that was asked for at once have in common.
std::string question_text(const TokenCost& cost) {
    const auto& w = cost.workload;
    return cost.model + ", batch " + std::to_string(w.batch) + ", " + std::to_string(w.prompt_tokens) +
           " + " + std::to_string(w.output_tokens) + " tokens, weights " + weights_text(w.precisions) +
           (cost.devices > 1 ? ", " + cost.deployment.parallelism.text() : "");
}

void add_pass(Table& table, const TokenCost& cost, const char* phase, const PassCost& pass) {
    for (const auto& role : pass.roles) {
        table.add_row()
            .set("device", cost.device)
            .set("phase", phase)
            .set("role", role.role)
            .set("call", role.call);
        table.set("calls", static_cast<double>(role.count))
            .set("time_s", role.each.time_s)
            .set("seconds", role.seconds);
        table.set("time_share", role.share).set("provenance", std::string(name(role.each.provenance)));
        table.note("provenance", role.each.basis).set("limiter", role.each.limiter);
    }
}

}  // namespace

Table cost_table(const std::vector<TokenCost>& costs, const cost_model::ExchangeRate& shown) {
    Table table("cost", "Cost of tokens",
                {"device",
                 "provenance",
                 "tokens_per_s",
                 "tpot_s",
                 "ttft_s",
                 "cost_per_million_tokens_usd",
                 "cost_low_usd",
                 "cost_high_usd",
                 "price_per_hour_usd",
                 "price_basis",
                 "energy_per_token_j",
                 "energy_basis",
                 "limiter",
                 "measured_share",
                 "predicted_share",
                 "specified_share_of_time",
                 "bare_roof_share",
                 "interval_share",
                 "tokens_per_s_low",
                 "tokens_per_s_high",
                 "memory_bytes",
                 "memory_share",
                 "model",
                 "parallelism",
                 "devices",
                 "prefill_parallelism",
                 "prefill_replicas",
                 "transfer_s",
                 "engine",
                 "largest_batch",
                 "communication_s",
                 "host_s",
                 "weights",
                 "batch",
                 "prompt_tokens",
                 "output_tokens",
                 "verdict"});
    for (const auto& cost : costs) {
        add_cost(table, cost);
        show_in(table, cost, shown);
    }
    return table;
}

Table cost_summary(const std::vector<TokenCost>& costs, const cost_model::ExchangeRate& shown) {
    std::vector<std::string_view> columns = {"device",
                                             "provenance",
                                             "ttft_s",
                                             "tpot_s",
                                             "tokens_per_s",
                                             "energy_per_token_j",
                                             "price_per_hour_usd",
                                             "price_basis",
                                             "cost_per_million_tokens_usd",
                                             "limiter"};
    const bool pools =
        std::ranges::any_of(costs, [](const TokenCost& cost) { return cost.pool.has_value(); });
    if (pools) columns.insert(columns.end(), std::begin(pool_columns), std::end(pool_columns));
    auto table = cost_table(costs, shown).selected(columns);
    if (!costs.empty()) table.set_title(table.title() + ": " + question_text(costs.front()));
    return table;
}

Table breakdown_table(const std::vector<TokenCost>& costs) {
    Table table("breakdown", "Where the time goes",
                {"device", "phase", "role", "call", "calls", "time_s", "seconds", "time_share", "provenance",
                 "limiter"});
    for (const auto& cost : costs) {
        if (cost.verdict != Verdict::ok) continue;
        add_pass(table, cost, "prefill", cost.prefill);
        add_pass(table, cost, "decode", cost.decode);
    }
    return table;
}

}  // namespace ridge::reports
