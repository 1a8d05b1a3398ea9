// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.hpp"
#include "cli/cost_options.hpp"
#include "core/text.hpp"
#include "reports/cost_tables.hpp"
#include "reports/ladder_tables.hpp"
#include "reports/money_tables.hpp"

namespace ridge::cli {
namespace {

struct CostCommandOptions {
    CostOptions cost;
    FormatOption format;
    bool breakdown = false;
    bool all_columns = false;
    bool ladder = false, list_levers = false;
    bool money = false, sensitivity = false;
    reports::MoneyView view;
};

std::vector<cost_model::Ladder> ladders(const CostOptions& options) {
    const auto uses = options.serving.uses();
    if (uses.empty()) throw InputError("--ladder has no rungs; pull at least one lever with --lever");
    std::vector<cost_model::Ladder> out;
    for (const auto& scenario : options.scenarios()) out.push_back(cost_model::climb(scenario, uses));
    return out;
}

ExitCode list(const CostCommandOptions& options) {
    options.format.print({reports::lever_table()});
    return ExitCode::done;
}

// A question about money alone has no answer when no device has a price.
void require_a_price(const std::vector<cost_model::TokenCost>& costs) {
    std::string why;
    for (const auto& cost : costs) {
        if (cost.money.price || cost.verdict != cost_model::Verdict::ok) return;
        why = cost.device + ": " + cost.money.missing;
    }
    if (!why.empty()) throw InputError(why);
}

void add_money_tables(std::vector<reports::Table>& tables, const std::vector<cost_model::TokenCost>& costs,
                      const CostCommandOptions& options) {
    const bool asked = options.money || options.sensitivity || options.view.draws > 0;
    if (!asked && !options.cost.money.said()) return;
    require_a_price(costs);
    auto view = options.view;
    view.currency = options.cost.money.shown();
    tables.push_back(reports::money_table(costs, view));
    tables.push_back(reports::hour_table(costs, view));
    if (options.sensitivity) tables.push_back(reports::sensitivity_table(costs, view));
}

void add_money_flags(CLI::App& command, CostCommandOptions& options) {
    command.add_flag("--money", options.money,
                     "open the money: an hour by parts; input, output, request, user and month; carbon");
    command.add_flag("--sensitivity", options.sensitivity, "which input moves the cost most");
    command
        .add_option("--monte-carlo", options.view.draws,
                    "draws of prices and model error, for percentiles of the cost, e.g. 10000")
        ->check(CLI::Range(2, cost_model::most_draws));
    command.add_option("--seed", options.view.seed, "of the draws (default: 1)");
}

// Where no device can serve the model there is nothing to show.
void require_an_answer(const std::vector<cost_model::TokenCost>& costs) {
    std::vector<std::string> reasons;
    for (const auto& cost : costs) {
        if (cost.verdict == cost_model::Verdict::ok) return;
        reasons.push_back(cost.device + ": " + cost.reason);
    }
    throw InputError(join(reasons, "; "));
}

ExitCode price(const CostCommandOptions& options) {
    if (options.list_levers) return list(options);
    const auto costs = options.cost.evaluate();
    require_an_answer(costs);
    const auto shown = options.cost.money.shown();
    const bool whole = options.all_columns || !options.format.is_text();
    std::vector<reports::Table> tables = {whole ? reports::cost_table(costs, shown)
                                                : reports::cost_summary(costs, shown)};
    add_money_tables(tables, costs, options);
    if (options.breakdown) tables.push_back(reports::breakdown_table(costs));
    if (options.ladder) tables.push_back(reports::ladder_table(ladders(options.cost)));
    options.format.print(tables);
    return report_refusals(costs);
}

}  // namespace

void add_cost(CLI::App& app, Action& action) {
    auto* command = app.add_subcommand(
        "cost", "Say what a token costs: tokens/s, latency, energy and money of a model on devices");
    auto options = std::make_shared<CostCommandOptions>();
    options->cost.add(*command);
    options->format.add(*command);
    add_money_flags(*command, *options);
    command->add_flag("--breakdown", options->breakdown, "open the numbers down to their operator calls");
    command->add_flag("--all-columns", options->all_columns,
                      "every column in the text too, as JSON and CSV always have them");
    command->add_flag("--ladder", options->ladder,
                      "each lever's own factor, their product, and what their interaction takes away");
    command->add_flag("--list-levers", options->list_levers, "the levers, their values and loss of quality");
    command->callback([options, &action] { action = [options] { return price(*options); }; });
}

}  // namespace ridge::cli
