// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "cli/commands.hpp"
#include "cli/device_choice.hpp"
#include "cli/options.hpp"
#include "db/export/measurements.hpp"
#include "db/store.hpp"
#include "reports/best_config_export.hpp"

namespace ridge::cli {
namespace {

struct ExportOptions {
    StoreOption store;
    std::string what = "best";
    std::string format = "json";
    std::string device = "this";
};

ExitCode export_data(const ExportOptions& options) {
    const db::Store store(options.store.path, db::Access::read_only);
    const auto report = reports::read_device(store, device_id(store, options.device));
    if (options.what == "best") {
        std::cout << reports::best_configs_json(report, db::timestamp()).dump(2) << '\n';
        return ExitCode::done;
    }
    const auto records = store.measurements({.device = report.device().id});
    if (options.format == "csv")
        std::cout << db::measurements_csv(records);
    else
        std::cout << db::measurements_json(records).dump(2) << '\n';
    return ExitCode::done;
}

}  // namespace

void add_export(CLI::App& app, Action& action) {
    auto* command = app.add_subcommand(
        "export", "Write the best configurations for a serving stack, or every measurement");
    auto options = std::make_shared<ExportOptions>();
    options->store.add(*command);
    command->add_option("what", options->what, "best or measurements (default: best)")
        ->check(CLI::IsMember({"best", "measurements"}));
    command->add_option("--format", options->format, "of measurements: json or csv (default: json)")
        ->check(CLI::IsMember({"json", "csv"}));
    command->add_option("--device", options->device,
                        "device of the store (default: this, the one measured last)");
    command->callback([options, &action] { action = [options] { return export_data(*options); }; });
}

}  // namespace ridge::cli
