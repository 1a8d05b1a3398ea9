// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "cli/commands.hpp"
#include "cli/device_choice.hpp"
#include "cli/options.hpp"
#include "cost_model/kernel/fit.hpp"
#include "db/store.hpp"
#include "reports/device_report.hpp"

namespace ridge::cli {
namespace {

struct TrainOptions {
    StoreOption store;
    FormatOption format;
    std::string device = "this";
};

ExitCode train(const TrainOptions& options) {
    db::Store store(options.store.path, db::Access::read_write);
    const auto device = device_id(store, options.device);
    const auto report = cost_model::fit_and_store(store, device);
    options.format.print({reports::fit_table(reports::read_device(store, device))});
    std::cerr << "ridge: " << report.message << '\n';
    return report.usable ? ExitCode::done : ExitCode::incomplete;
}

}  // namespace

void add_train(CLI::App& app, Action& action) {
    auto* command = app.add_subcommand(
        "train", "Fit the cost model to what was measured, and show its error on held-out calls");
    auto options = std::make_shared<TrainOptions>();
    options->store.add(*command);
    options->format.add(*command);
    command->add_option("--device", options->device,
                        "device of the store (default: this, the one measured last)");
    command->callback([options, &action] { action = [options] { return train(*options); }; });
}

}  // namespace ridge::cli
