// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.hpp"
#include "cli/device_choice.hpp"
#include "cli/options.hpp"
#include "db/store.hpp"
#include "reports/call_table.hpp"
#include "reports/device_report.hpp"
#include "reports/pareto_table.hpp"

namespace ridge::cli {
namespace {

struct BestOptions {
    StoreOption store;
    FormatOption format;
    std::string device = "this";
    std::string objectives;  // by commas; empty: time
    bool pareto = false;
};

ExitCode print_fronts(const db::Store& store, const BestOptions& options) {
    db::Filter filter;
    filter.device = device_id(store, options.device);
    const auto records = store.measurements(filter);
    const auto objectives = options.objectives.empty() ? reports::measured_objectives(records)
                                                       : db::parse_objectives(options.objectives);
    options.format.print({reports::pareto_table(records, objectives)});
    return ExitCode::done;
}

ExitCode print_best(const BestOptions& options) {
    const db::Store store(options.store.path, db::Access::read_only);
    if (options.pareto || !options.objectives.empty()) return print_fronts(store, options);
    const auto report = reports::read_device(store, device_id(store, options.device));
    options.format.print({reports::call_table(report.calls)});
    return ExitCode::done;
}

}  // namespace

void add_best(CLI::App& app, Action& action) {
    auto* command = app.add_subcommand(
        "best", "Show the best configuration of each measured call, with its share of the roof");
    auto options = std::make_shared<BestOptions>();
    options->store.add(*command);
    options->format.add(*command);
    command->add_option("--device", options->device,
                        "device of the store; 'this' is the one measured last (default: this)");
    command->add_option("--objective", options->objectives,
                        "what a configuration should be good at: time, energy or workspace; several by "
                        "commas show what no other configuration beats in all of them (default: time)");
    command->add_flag("--pareto", options->pareto, "show that front in time and whatever else was measured");
    command->callback([options, &action] { action = [options] { return print_best(*options); }; });
}

}  // namespace ridge::cli
