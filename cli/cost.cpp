// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.hpp"
#include "cli/cost_options.hpp"
#include "reports/cost_tables.hpp"

namespace ridge::cli {
namespace {

struct CostCommandOptions {
    CostOptions cost;
    FormatOption format;
    bool breakdown = false;
    bool all_columns = false;
};

ExitCode price(const CostCommandOptions& options) {
    const auto costs = options.cost.evaluate();
    const bool whole = options.all_columns || !options.format.is_text();
    std::vector<reports::Table> tables = {whole ? reports::cost_table(costs) : reports::cost_summary(costs)};
    if (options.breakdown) tables.push_back(reports::breakdown_table(costs));
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
    command->add_flag("--breakdown", options->breakdown, "open the numbers down to their operator calls");
    command->add_flag("--all-columns", options->all_columns,
                      "every column in the text too, as JSON and CSV always have them");
    command->callback([options, &action] { action = [options] { return price(*options); }; });
}

}  // namespace ridge::cli
