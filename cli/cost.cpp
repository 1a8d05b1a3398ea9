// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iostream>

#include "cli/commands.hpp"
#include "cli/cost_options.hpp"
#include "reports/cost_tables.hpp"

namespace ridge::cli {
namespace {

struct CostCommandOptions {
    CostOptions cost;
    FormatOption format;
    bool breakdown = false;
};

ExitCode price(const CostCommandOptions& options) {
    const auto costs = options.cost.evaluate();
    std::vector<reports::Table> tables = {reports::cost_table(costs)};
    if (options.breakdown) tables.push_back(reports::breakdown_table(costs));
    options.format.print(tables);
    for (const auto& cost : costs)
        if (cost.verdict != cost_model::Verdict::ok)
            std::cerr << "ridge: " << cost.device << ": " << cost.reason << '\n';
    const bool all_ok =
        std::ranges::all_of(costs, [](const auto& cost) { return cost.verdict == cost_model::Verdict::ok; });
    return all_ok ? ExitCode::done : ExitCode::incomplete;
}

}  // namespace

void add_cost(CLI::App& app, Action& action) {
    auto* command = app.add_subcommand(
        "cost", "Say what a token costs: tokens/s, latency, energy and money of a model on devices");
    auto options = std::make_shared<CostCommandOptions>();
    options->cost.add(*command);
    options->format.add(*command);
    command->add_flag("--breakdown", options->breakdown, "open the numbers down to their operator calls");
    command->callback([options, &action] { action = [options] { return price(*options); }; });
}

}  // namespace ridge::cli
