// SPDX-License-Identifier: Apache-2.0
#include "db/store.hpp"

#include <iostream>

#include "cli/commands.hpp"
#include "cli/options.hpp"
#include "core/error.hpp"
#include "cost_model/kernel/kernel_model.hpp"

namespace ridge::cli {
namespace {

struct StoreOptions {
    StoreOption store;
    FormatOption format;
    bool check = false;
};

reports::Table device_counts(const db::Store& store) {
    reports::Table table("store", "Store " + store.path().string(),
                         {"device", "measurements", "roofs", "model_version"});
    for (const auto& device : store.devices()) {
        table.add_row()
            .set("device", device.id)
            .set("measurements", static_cast<double>(store.measurements({.device = device.id}).size()))
            .set("roofs", static_cast<double>(store.roofs(device.id).size()));
        const auto model = store.newest_model(device.id, cost_model::kernel_model_kind);
        if (model)
            table.set("model_version", static_cast<double>(model->version));
        else
            table.missing("model_version", "not fitted; see ridge train");
    }
    return table;
}

reports::Table campaign_list(const db::Store& store) {
    reports::Table table("campaigns", "Campaigns, newest first",
                         {"campaign", "name", "device", "state", "started_at"});
    for (const auto& campaign : store.campaigns())
        table.add_row()
            .set("campaign", campaign.uuid)
            .set("name", campaign.name)
            .set("device", campaign.device)
            .set("state", campaign.state)
            .set("started_at", campaign.started_at);
    return table;
}

// SQLite checks the values' rules only where it may write. The file is of the current version by now, so that
// opening it changes nothing in it.
std::vector<std::string> problems(const db::Store& store) {
    try {
        return db::Store(store.path(), db::Access::read_write).problems();
    } catch (const EnvironmentError& error) {
        std::cerr << "ridge: the rules of values are left out of the check: " << error.what() << '\n';
        return store.problems();
    }
}

ExitCode check_store(const db::Store& store) {
    const auto found = problems(store);
    for (const auto& problem : found)
        std::cerr << "ridge: " << store.path().string() << ": " << problem << '\n';
    if (!found.empty()) return ExitCode::failed;
    std::cerr << "ridge: " << store.path().string() << ": checked, no problem found\n";
    return ExitCode::done;
}

ExitCode describe_store(const StoreOptions& options) {
    const db::Store store(options.store.path, db::Access::read_only);
    options.format.print({device_counts(store), campaign_list(store)});
    return options.check ? check_store(store) : ExitCode::done;
}

}  // namespace

void add_store(CLI::App& app, Action& action) {
    auto* command = app.add_subcommand("store", "Show what the store holds");
    auto options = std::make_shared<StoreOptions>();
    options->store.add(*command);
    options->format.add(*command);
    command->add_flag(
        "--check", options->check,
        "check the whole file: pages, rules and references; exit code 1 when something is wrong");
    command->callback([options, &action] { action = [options] { return describe_store(*options); }; });
}

}  // namespace ridge::cli
