// SPDX-License-Identifier: Apache-2.0
#include "cost_model/device_model.hpp"

#include <algorithm>
#include <cmath>

#include "core/configs.hpp"
#include "core/error.hpp"
#include "core/even_share.hpp"
#include "core/text.hpp"
#include "cost_model/kernel/fit.hpp"
#include "cost_model/kernel/fitted_files.hpp"
#include "cost_model/kernel/prediction.hpp"
#include "operators/catalogue.hpp"

namespace ridge::cost_model {
namespace {

bool better(const db::Record& candidate, const db::Record& former) {
    const bool cold = candidate.measurement.cache == CacheState::cold;
    const bool former_cold = former.measurement.cache == CacheState::cold;
    if (cold != former_cold) return cold;
    return candidate.summary->median < former.summary->median;
}

void keep_best(std::map<std::string, db::Record>& best, const db::Record& record) {
    const auto [place, is_new] = best.try_emplace(record.call, record);
    if (!is_new && better(record, place->second)) place->second = record;
}

void read_sparsity(DeviceModel& model, const JsonReader& json) {
    const auto sparsity = json.find("sparsity");
    if (!sparsity) return;
    model.sparsity_pattern = sparsity->at("pattern").text();
    model.sparsity_max_ratio = sparsity->at("max_ratio").positive();
}

// Figures that a worker cannot find out come from the catalogue.
Device completed(Device found, const Device& catalogue) {
    for (const auto& [precision, rate] : catalogue.peak_flops) found.peak_flops.try_emplace(precision, rate);
    if (found.memory_bytes <= 0) found.memory_bytes = catalogue.memory_bytes;
    if (found.memory_bandwidth_bytes_per_s <= 0)
        found.memory_bandwidth_bytes_per_s = catalogue.memory_bandwidth_bytes_per_s;
    if (!found.tdp_w) found.tdp_w = catalogue.tdp_w;
    if (found.caches.empty()) found.caches = catalogue.caches;
    return found;
}

bool in_catalogue(const std::string& id) {
    const auto known = list_configs("devices");
    return std::ranges::find(known, id) != known.end();
}

}  // namespace

DeviceModel make_device_model(const Device& device, const std::vector<Roof>& roofs,
                              const std::vector<db::Record>& records, std::optional<KernelModel> kernels) {
    DeviceModel model;
    model.device = device;
    model.ceilings = make_ceilings(device, roofs);
    for (const auto* record : db::latest_records(records))
        if (record->device == device.id) keep_best(model.measured, *record);
    model.kernels = std::move(kernels);
    return model;
}

DeviceModel load_device(const std::string& id_or_path) {
    const auto path = find_config("devices", id_or_path);
    const Json document = read_json_file(path);
    const JsonReader json(document, path.string());
    auto model = make_device_model(Device::from_json(json), {}, {}, std::nullopt);
    read_sparsity(model, json);
    model.architecture = json.text_or("architecture", "");
    if (const auto process = json.find("process_nm")) model.process_nm = process->positive();
    model.interconnect = interconnects_from(json);
    if (model.device.kind != "cpu") add_links(model.ceilings, model.interconnect);
    model.price = default_price(rental_prices(model.device.id));
    model.purchase = default_purchase(purchase_prices(model.device.id));
    return model;
}

std::optional<DeviceModel> load_measured_device(const db::Store& store, const std::string& id) {
    auto device = store.device(id);
    if (!device) return std::nullopt;
    const bool known = in_catalogue(id);
    const auto catalogue = known ? load_device(id) : DeviceModel{};
    std::vector<Roof> roofs;
    for (const auto& stored : store.roofs(id)) roofs.push_back(stored.roof);
    db::Filter filter;
    filter.device = id;
    filter.status = Status::ok;
    filter.fastest = true;
    auto model = make_device_model(known ? completed(*device, catalogue.device) : *device, roofs,
                                   store.measurements(filter), newest_kernel_model(store, id));
    model.architecture = catalogue.architecture;
    model.process_nm = catalogue.process_nm;
    model.sparsity_pattern = catalogue.sparsity_pattern;
    model.sparsity_max_ratio = catalogue.sparsity_max_ratio;
    model.interconnect = catalogue.interconnect;
    if (known && model.device.kind != "cpu") add_links(model.ceilings, model.interconnect);
    model.price = known ? catalogue.price : default_price(rental_prices(id));
    model.purchase = known ? catalogue.purchase : default_purchase(purchase_prices(id));
    return model;
}

DeviceModel load_device(const db::Store& store, const std::string& id_or_path) {
    if (auto measured = load_measured_device(store, id_or_path)) return *std::move(measured);
    return load_device(id_or_path);
}

std::optional<std::vector<Interconnect>> known_links(const Device& device) {
    if (device.kind == "cpu" || !in_catalogue(device.id)) return std::nullopt;
    return load_device(device.id).interconnect;
}

DeviceFacts facts_of(const DeviceModel& device) {
    return {.device = device.device,
            .ceilings = device.ceilings,
            .architecture = device.architecture,
            .process_nm = device.process_nm};
}

namespace {

// Kinds of call that the device has kernels of its own for need no transfer.
bool is_fitted(const OperatorCall& call, const std::optional<KernelModel>& kernels) {
    const auto formats = formats_of(call);
    return kernels && std::ranges::any_of(kernels->groups, [&](const KernelGroup& group) {
               return group.key.op == call.op && group.key.formats == formats;
           });
}

// What was measured of a call that the device has no kernels of its own for, on the transfer's terms.
std::optional<CalibrationPoint> calibration_point(const DeviceModel& device, const Transfer& transfer,
                                                  const db::Record& record) {
    try {
        const auto call = operators::parse_call(record.call);
        if (is_fitted(call, device.kernels)) return std::nullopt;
        const auto found = transfer.estimate({.call = call,
                                              .implementation = record.implementation,
                                              .version = record.implementation_version,
                                              .cache = record.measurement.cache});
        if (!found) return std::nullopt;
        return CalibrationPoint{*found, std::log(record.summary->median) - found->log_time};
    } catch (const InputError&) {
        return std::nullopt;  // nothing is known of its work
    }
}

std::vector<CalibrationPoint> calibration_points(const DeviceModel& device, const Transfer& transfer) {
    // Conditioning on more than that many takes longer than it teaches; the device can be fitted then.
    constexpr std::size_t most = 200;
    std::vector<CalibrationPoint> out;
    for (const auto& [text, record] : device.measured)
        if (auto point = calibration_point(device, transfer, record)) out.push_back(*std::move(point));
    return even_share(std::move(out), most);
}

void add_own_fitted(DeviceModel& device) {
    if (!device.kernels) device.kernels = read_fitted(device.device.id);
}

void add_transfer(DeviceModel& device, const std::string& op) {
    auto transfer = std::make_shared<Transfer>(facts_of(device), fitted_sources(op));
    transfer->calibrate(calibration_points(device, *transfer));
    device.transfer = std::move(transfer);
    device.transfer_widths = read_transfer_widths();
}

}  // namespace

void add_fitted(DeviceModel& device) {
    add_own_fitted(device);
    add_transfer(device, {});
}

void add_fitted(DeviceModel& device, const OperatorCall& call) {
    add_own_fitted(device);
    if (predict(call, device).kind == PredictionKind::roof) add_transfer(device, call.op);
}

void set_efficiencies(DeviceModel& device, double compute, double memory) {
    for (const auto& [what, share] :
         {std::pair("compute efficiency", compute), std::pair("memory efficiency", memory)})
        if (!(share > 0 && share <= 1))
            throw InputError(std::string(what) + " is " + number_text(share) +
                             ", should be above 0 and at most 1");
    device.compute_efficiency = compute;
    device.memory_efficiency = memory;
}

}  // namespace ridge::cost_model
