// SPDX-License-Identifier: Apache-2.0
#include "cli/device_choice.hpp"

#include <algorithm>

#include "core/configs.hpp"
#include "core/error.hpp"
#include "cost_model/shipped_kernels.hpp"

namespace ridge::cli {
namespace {

[[noreturn]] void refuse_this(const std::string& store) {
    throw InputError(store +
                     ": no device was measured yet, so there is no device 'this'; run 'ridge roof' and "
                     "'ridge tune', or name one (see 'ridge devices')");
}

std::string newest_roof(const db::Store& store, const std::string& device) {
    std::string newest;
    for (const auto& roof : store.roofs(device)) newest = std::max(newest, roof.taken_at);
    return newest;
}

cost_model::DeviceModel load_one(const std::optional<db::Store>& store, const StoreOption& option,
                                 const std::string& word) {
    if (!store && word == "this") refuse_this(option.path);
    return store ? cost_model::load_device(*store, device_id(*store, word)) : cost_model::load_device(word);
}

}  // namespace

std::string device_id(const db::Store& store, const std::string& word) {
    if (word != "this") return word;
    std::string newest, when;
    for (const auto& campaign : store.campaigns())
        if (campaign.started_at > when) newest = campaign.device, when = campaign.started_at;
    for (const auto& device : store.devices())
        if (const auto taken = newest_roof(store, device.id); taken > when || newest.empty())
            newest = device.id, when = taken;
    if (newest.empty()) refuse_this(store.path().string());
    return newest;
}

void DeviceOptions::add(CLI::App& command) {
    store.add(command);
    command
        .add_option("--device", devices,
                    "id or file of a device, or 'this' for the one measured last; several are compared "
                    "(default: this)")
        ->allow_extra_args(false);
    command.add_option(
        "--compute-efficiency", compute_efficiency,
        "share of the compute ceiling that unmeasured calls achieve (default: 1, the ceiling itself)");
    command.add_option("--memory-efficiency", memory_efficiency,
                       "share of the memory ceiling that unmeasured calls achieve (default: 1)");
    command.add_option("--kernels", kernels,
                       "what times a network's calls that were not measured: engine, by its shares of the "
                       "ceilings, or fitted, by the kernels of configs/fitted where they cover a call "
                       "(default: engine)");
}

void DeviceOptions::take_all() {
    if (devices == std::vector<std::string>{"all"}) devices = list_configs("devices");
}

std::optional<db::Store> DeviceOptions::open() const {
    if (!store.exists()) return std::nullopt;
    return db::Store(store.path, db::Access::read_only);
}

std::vector<cost_model::DeviceModel> DeviceOptions::load() const {
    if (kernels != "engine" && kernels != "fitted")
        throw InputError("--kernels is '" + kernels + "', should be engine or fitted");
    const auto opened = open();
    std::vector<cost_model::DeviceModel> models;
    for (const auto& word : devices) {
        models.push_back(load_one(opened, store, word));
        cost_model::set_efficiencies(models.back(), compute_efficiency, memory_efficiency);
        if (kernels == "fitted") cost_model::take_shipped_kernels(models.back());
    }
    return models;
}

}  // namespace ridge::cli
