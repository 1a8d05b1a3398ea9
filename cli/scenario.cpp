// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "cli/commands.hpp"
#include "cli/options.hpp"
#include "core/configs.hpp"
#include "reports/scenario_table.hpp"

namespace ridge::cli {
namespace {

struct ScenarioOptions {
    FormatOption format;
    std::vector<std::string> names;
};

ExitCode run_scenarios(const ScenarioOptions& options) {
    const auto names = options.names.empty() ? list_configs("scenarios") : options.names;
    cost_model::Answerer answerer(cost_model::EngineFit::load());
    std::vector<reports::ScenarioOutcome> outcomes;
    for (const auto& name : names) {
        auto scenario = cost_model::load_scenario(name);
        auto result = cost_model::run(scenario, answerer);
        outcomes.push_back({std::move(scenario), std::move(result)});
    }
    auto table = reports::scenario_table(outcomes);
    // The text keeps to what decides; every column stands in JSON and CSV.
    if (options.format.is_text() && outcomes.size() > 1)
        table = table.selected({"scenario", "claim_words", "claimed", "claim_verdict", "why"});
    options.format.print({table, reports::verdict_table(outcomes)});
    return ExitCode::done;
}

}  // namespace

void add_scenario(CLI::App& app, Action& action) {
    auto* command =
        app.add_subcommand("scenario", "Reproduce or refute claims of the field: configs/scenarios");
    auto options = std::make_shared<ScenarioOptions>();
    options->format.add(*command);
    command->add_option("names", options->names, "scenarios or files (default: all that there are)");
    command->callback([options, &action] { action = [options] { return run_scenarios(*options); }; });
}

}  // namespace ridge::cli
