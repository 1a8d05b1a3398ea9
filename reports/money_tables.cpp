// SPDX-License-Identifier: Apache-2.0
#include "reports/money_tables.hpp"

#include "core/text.hpp"
#include "core/units.hpp"

namespace ridge::reports {
namespace {

using cost_model::ExchangeRate;
using cost_model::HourlyCost;
using cost_model::TokenCost;

constexpr const char* money_columns[] = {"acquisition",
                                         "utilisation",
                                         "hour_cost",
                                         "cost_per_million_input",
                                         "cost_per_million_output",
                                         "cost_per_million_total",
                                         "cost_per_request",
                                         "cost_per_user_month",
                                         "output_tokens_per_kwh",
                                         "gco2_per_million_output"};
constexpr const char* percentile_columns[] = {"cost_per_million_output_low", "cost_per_million_output_median",
                                              "cost_per_million_output_high", "draws"};

constexpr HourPart parts[] = {{"rent", &HourlyCost::rent},
                              {"device", &HourlyCost::device},
                              {"host", &HourlyCost::host},
                              {"network", &HourlyCost::network},
                              {"maintenance", &HourlyCost::maintenance},
                              {"hosting", &HourlyCost::hosting},
                              {"staff", &HourlyCost::staff},
                              {"electricity", &HourlyCost::electricity}};

std::string reason_of(const TokenCost& cost) {
    return cost.verdict == cost_model::Verdict::ok ? cost.money.missing : cost.reason;
}

void set_currency(Table& table, const ExchangeRate& currency) {
    table.set("currency", currency.currency).set("exchange_rate", currency.per_usd);
    if (currency.date.empty())
        table.missing("exchange_rate_date", "the dollar needs no rate");
    else
        table.set("exchange_rate_date", currency.date).note("exchange_rate_date", currency.source);
}

void set_amount(Table& table, const char* id, const std::optional<double>& usd, const ExchangeRate& currency,
                const std::string& reason) {
    if (usd)
        table.set(id, *usd * currency.per_usd);
    else
        table.missing(id, reason);
}

void set_percentiles(Table& table, const cost_model::MoneyQuestion& question, const MoneyView& view) {
    const auto spread = cost_model::monte_carlo(question, view.draws, view.seed);
    const auto& output = spread.per_million_output;
    const double rate = view.currency.per_usd;
    table.set("cost_per_million_output_low", output.interval.low * rate)
        .set("cost_per_million_output_median", output.median * rate)
        .set("cost_per_million_output_high", output.interval.high * rate)
        .set("draws", spread.draws);
}

void set_energy(Table& table, const cost_model::Money& money) {
    for (const auto& [id, value] : {std::pair("output_tokens_per_kwh", money.output_tokens_per_kwh),
                                    std::pair("gco2_per_million_output", money.gco2_per_million_output)}) {
        if (value)
            table.set(id, *value);
        else
            table.missing(id, money.energy_missing);
    }
}

void set_money(Table& table, const TokenCost& cost, const MoneyView& view) {
    const auto& money = cost.money;
    const auto& question = *money.question;
    const auto amount = [&](const char* id, const std::optional<double>& usd) {
        set_amount(table, id, usd, view.currency, "no requests of a user in a day are given");
    };
    table.set("acquisition", std::string(name(question.acquisition)))
        .set("utilisation", question.inputs.value.utilisation);
    amount("hour_cost", money.hour->total() * question.times.devices);
    amount("cost_per_million_input", money.usd_per_million_input);
    amount("cost_per_million_output", money.usd_per_million_output);
    amount("cost_per_million_total", money.usd_per_million_total);
    amount("cost_per_request", money.usd_per_request);
    amount("cost_per_user_month", money.usd_per_user_month);
    if (!money.missing.empty()) table.note("hour_cost", money.missing);
    if (view.draws > 0) set_percentiles(table, question, view);
}

void add_money(Table& table, const TokenCost& cost, const MoneyView& view) {
    table.add_row().set("device", cost.device);
    set_currency(table, view.currency);
    if (cost.money.question) {
        set_money(table, cost, view);
    } else {
        for (const auto* id : money_columns) table.missing(id, reason_of(cost));
        if (view.draws > 0)
            for (const auto* id : percentile_columns) table.missing(id, reason_of(cost));
    }
    if (cost.verdict == cost_model::Verdict::ok) set_energy(table, cost.money);
}

std::string titled(const char* title, const ExchangeRate& currency) {
    const std::string rate =
        currency.date.empty() ? ""
                              : " at " + significant(currency.per_usd) + " a dollar (" + currency.date + ")";
    return std::string(title) + ", " + currency.currency + rate;
}

void add_sensitivity(Table& table, const TokenCost& cost, const cost_model::Sensitivity& one,
                     const ExchangeRate& currency) {
    table.add_row()
        .set("device", cost.device)
        .set("input", std::string(one.input->title))
        .set("input_unit", std::string(one.input->unit))
        .set("input_value", one.value)
        .set("input_low", one.low)
        .set("input_high", one.high);
    if (one.elasticity)
        table.set("elasticity", *one.elasticity);
    else
        table.missing("elasticity", "the input is 0");
    table.set("cost_at_low", one.cost_at_low * currency.per_usd)
        .set("cost_at_high", one.cost_at_high * currency.per_usd)
        .set("swing", one.swing() * currency.per_usd);
}

void set_months(Table& table, const char* id, const std::optional<double>& months) {
    if (months)
        table.set(id, *months);
    else
        table.missing(id, "never: renting is cheaper however long it lasts");
}

void add_break_even(Table& table, const BreakEvenCase& one, const MoneyView& view) {
    const double rate = view.currency.per_usd;
    const auto& even = one.even;
    table.add_row().set("bought", one.bought).set("rented", one.rented).set("utilisation", one.utilisation);
    set_currency(table, view.currency);
    table.set("spent_at_once", even.spent_at_once_usd * rate)
        .set("rent_per_month", even.rent_usd_per_month * rate)
        .set("running_per_month", even.running_usd_per_month * rate)
        .set("own_hour", even.own_usd_per_hour * rate)
        .set("rent_hour", even.rent_usd_per_hour_used * rate);
    set_months(table, "months_to_break_even", even.months);
    set_months(table, "months_to_break_even_low", one.best.months);
    set_months(table, "months_to_break_even_high", one.worst.months);
    set_months(table, "months_with_interest", even.months_interest);
    if (even.utilisation)
        table.set("utilisation_to_break_even", *even.utilisation);
    else
        table.missing("utilisation_to_break_even", "renting is cheaper at any utilisation");
}

}  // namespace

std::span<const HourPart> hour_parts() { return parts; }

Table money_table(const std::vector<TokenCost>& costs, const MoneyView& view) {
    std::vector<std::string_view> ids = {"device"};
    ids.insert(ids.end(), std::begin(money_columns), std::end(money_columns));
    if (view.draws > 0) ids.insert(ids.end(), std::begin(percentile_columns), std::end(percentile_columns));
    ids.insert(ids.end(), {"currency", "exchange_rate", "exchange_rate_date"});
    Table table("money", titled("Money", view.currency), ids);
    for (const auto& cost : costs) add_money(table, cost, view);
    return table;
}

Table hour_table(const std::vector<TokenCost>& costs, const MoneyView& view) {
    Table table("hour", titled("What an hour of a device costs", view.currency),
                {"device", "part", "hour_part", "hour_share", "currency"});
    for (const auto& cost : costs) {
        if (!cost.money.hour || cost.money.hour->total() <= 0) continue;
        for (const auto& part : parts) {
            const double usd = *cost.money.hour.*part.member;
            if (usd <= 0) continue;
            table.add_row().set("device", cost.device).set("part", part.title);
            table.set("hour_part", usd * view.currency.per_usd)
                .set("hour_share", usd / cost.money.hour->total())
                .set("currency", view.currency.currency);
        }
    }
    return table;
}

Table sensitivity_table(const std::vector<TokenCost>& costs, const MoneyView& view) {
    Table table("sensitivity", titled("What moves the cost of an output token", view.currency),
                {"device", "input", "input_value", "input_low", "input_high", "input_unit", "elasticity",
                 "cost_at_low", "cost_at_high", "swing"});
    for (const auto& cost : costs)
        if (cost.money.question)
            for (const auto& one : cost_model::sensitivities(*cost.money.question))
                add_sensitivity(table, cost, one, view.currency);
    return table;
}

Table break_even_table(const std::vector<BreakEvenCase>& cases, const MoneyView& view) {
    Table table("break_even", titled("Buying against renting", view.currency),
                {"bought", "rented", "months_to_break_even", "months_to_break_even_low",
                 "months_to_break_even_high", "months_with_interest", "utilisation_to_break_even",
                 "utilisation", "own_hour", "rent_hour", "spent_at_once", "rent_per_month",
                 "running_per_month", "currency", "exchange_rate", "exchange_rate_date"});
    for (const auto& one : cases) add_break_even(table, one, view);
    return table;
}

std::string in_currency(double usd, const ExchangeRate& currency) {
    return significant(usd * currency.per_usd) + " " + currency.currency;
}

}  // namespace ridge::reports
