// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.hpp"
#include "cli/device_choice.hpp"
#include "cli/options.hpp"
#include "db/store.hpp"
#include "reports/call_table.hpp"
#include "reports/device_report.hpp"

namespace ridge::cli {
namespace {

struct BestOptions {
    StoreOption store;
    FormatOption format;
    std::string device = "this";
};

ExitCode print_best(const BestOptions& options) {
    const db::Store store(options.store.path, db::Access::read_only);
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
    command->callback([options, &action] { action = [options] { return print_best(*options); }; });
}

}  // namespace ridge::cli
