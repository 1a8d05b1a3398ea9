// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <iostream>
#include <set>

#include "cli/commands.hpp"
#include "cli/device_choice.hpp"
#include "cli/options.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "cost_model/kernel/fit.hpp"
#include "cost_model/kernel/fitted_files.hpp"
#include "db/store.hpp"
#include "reports/device_report.hpp"

namespace ridge::cli {
namespace {

struct TrainOptions {
    StoreOption store;
    FormatOption format;
    std::vector<std::string> devices;
    std::string output;
};

std::vector<std::string> devices_of(const db::Store& store, const TrainOptions& options) {
    std::vector<std::string> out;
    for (const auto& word : options.devices) out.push_back(device_id(store, word));
    if (!out.empty()) return out;
    for (const auto& device : store.devices()) out.push_back(device.id);
    if (out.empty()) out.push_back(device_id(store, "this"));  // says that the store has no device
    return out;
}

// What the shipped file says of where it comes from: implementations, versions and files of the rows.
std::string provenance_of(const db::Store& store, const std::string& device) {
    std::set<std::string> sources;
    db::Filter filter;
    filter.device = device;
    filter.status = Status::ok;
    for (const auto& record : store.measurements(filter)) sources.insert(record.source);
    return "fitted on " + join({sources.begin(), sources.end()}, ", ");
}

// Before minutes of fitting, not after them.
void make_folder(const std::string& path) {
    std::error_code failure;
    std::filesystem::create_directories(path, failure);
    if (failure) throw EnvironmentError(path + ": cannot be made: " + failure.message());
}

ExitCode train(const TrainOptions& options) {
    db::Store store(options.store.path, db::Access::read_write);
    if (!options.output.empty()) make_folder(options.output);
    std::vector<reports::Table> tables;
    bool any = false;
    for (const auto& device : devices_of(store, options)) {
        const auto report = cost_model::fit_and_store(store, device);
        std::cerr << "ridge: " << device << ": " << report.message << '\n';
        if (!report.usable) continue;
        any = true;
        auto table = reports::fit_table(reports::read_device(store, device));
        table.set_title(table.title() + ", " + device);
        tables.push_back(std::move(table));
        if (!options.output.empty())
            cost_model::write_fitted(options.output, cost_model::slimmed(report.model),
                                     provenance_of(store, device));
    }
    options.format.print(tables);
    return any ? ExitCode::done : ExitCode::incomplete;
}

}  // namespace

void add_train(CLI::App& app, Action& action) {
    auto* command = app.add_subcommand(
        "train", "Fit the cost model to what was measured, and show its error on held-out calls");
    auto options = std::make_shared<TrainOptions>();
    options->store.add(*command);
    options->format.add(*command);
    command->add_option("--device", options->devices,
                        "device of the store (several; 'this' is the one measured last; default: all)");
    command->add_option("--output", options->output,
                        "also write what configs/fitted holds of each device into this folder");
    command->callback([options, &action] { action = [options] { return train(*options); }; });
}

}  // namespace ridge::cli
