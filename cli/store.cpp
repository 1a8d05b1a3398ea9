// SPDX-License-Identifier: Apache-2.0
#include "db/store.hpp"
#include "cli/commands.hpp"
#include "cli/options.hpp"

namespace ridge::cli {
namespace {

struct StoreOptions {
    StoreOption store;
    FormatOption format;
};

reports::Table device_counts(const db::Store& store) {
    reports::Table table("store", "Store " + store.path().string(),
                         {"device", "measurements", "roofs", "model_version"});
    for (const auto& device : store.devices()) {
        table.add_row()
            .set("device", device.id)
            .set("measurements", static_cast<double>(store.measurements({.device = device.id}).size()))
            .set("roofs", static_cast<double>(store.roofs(device.id).size()));
        const auto model = store.newest_model(device.id, "kernel-analytical");
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

ExitCode describe_store(const StoreOptions& options) {
    const db::Store store(options.store.path, db::Access::read_only);
    options.format.print({device_counts(store), campaign_list(store)});
    return ExitCode::done;
}

}  // namespace

void add_store(CLI::App& app, Action& action) {
    auto* command = app.add_subcommand("store", "Show what the store holds");
    auto options = std::make_shared<StoreOptions>();
    options->store.add(*command);
    options->format.add(*command);
    command->callback([options, &action] { action = [options] { return describe_store(*options); }; });
}

}  // namespace ridge::cli
