// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.hpp"
#include "cli/device_choice.hpp"
#include "cli/options.hpp"
#include "core/configs.hpp"

namespace ridge::cli {
namespace {

struct DevicesOptions {
    StoreOption store;
    FormatOption format;
};

void set_or_missing(reports::Table& table, std::string_view id, double value) {
    if (value > 0)
        table.set(id, value);
    else
        table.missing(id, "not known");
}

double peak(const Device& device, Precision precision) {
    const auto found = device.peak_flops.find(precision);
    return found == device.peak_flops.end() ? 0 : found->second;
}

void add_row(reports::Table& table, const Device& device, Provenance provenance) {
    table.add_row()
        .set("device", device.id)
        .set("name", device.name)
        .set("vendor", device.vendor)
        .set("kind", device.kind);
    table.set("provenance", std::string(name(provenance)));
    set_or_missing(table, "peak_bf16_flop_rate", peak(device, Precision::bf16));
    set_or_missing(table, "peak_fp32_flop_rate", peak(device, Precision::fp32));
    set_or_missing(table, "memory_capacity_bytes", device.memory_bytes);
    set_or_missing(table, "memory_bandwidth_rate", device.memory_bandwidth_bytes_per_s);
    set_or_missing(table, "tdp_w", device.tdp_w.value_or(0));
}

ExitCode print_devices(const DevicesOptions& options) {
    reports::Table table("devices", "Devices",
                         {"device", "name", "vendor", "kind", "provenance", "peak_bf16_flop_rate",
                          "peak_fp32_flop_rate", "memory_capacity_bytes", "memory_bandwidth_rate", "tdp_w"});
    if (const auto store = DeviceOptions{.store = options.store}.open())
        for (const auto& device : store->devices()) add_row(table, device, Provenance::measured);
    for (const auto& id : list_configs("devices"))
        add_row(table, cost_model::load_device(id).device, Provenance::specified);
    options.format.print({table});
    return ExitCode::done;
}

}  // namespace

void add_devices(CLI::App& app, Action& action) {
    auto* command =
        app.add_subcommand("devices", "List the measured devices of the store and those known by data sheet");
    auto options = std::make_shared<DevicesOptions>();
    options->store.add(*command);
    options->format.add(*command);
    command->callback([options, &action] { action = [options] { return print_devices(*options); }; });
}

}  // namespace ridge::cli
