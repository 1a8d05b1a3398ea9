// SPDX-License-Identifier: Apache-2.0
#include "cost_model/kernel/transfer_widths.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace ridge::cost_model {
namespace {

constexpr std::size_t least_devices = 3, least_errors = 10;  // errors of each device
constexpr std::size_t most_errors = 400;                     // of each, an even share

std::string class_of(std::string_view regime, bool same_family, bool calibrated) {
    return std::string(regime) + (same_family ? " same" : " other") + (calibrated ? " calibrated" : "");
}

// Errors of one class, of each device in order of their size.
using ByDevice = std::map<std::string, std::vector<double>>;

void prepare(ByDevice& devices) {
    std::erase_if(devices, [](const auto& entry) { return entry.second.size() < least_errors; });
    for (auto& [device, errors] : devices) {
        std::ranges::sort(errors);
        const auto count = errors.size();
        if (count <= most_errors) continue;
        std::vector<double> few;
        for (std::size_t i = 0; i < most_errors; ++i)
            few.push_back(errors[(2 * i + 1) * count / (2 * most_errors)]);
        errors = std::move(few);
    }
}

double share_within(const std::vector<double>& errors, double width) {
    const auto inside = std::ranges::upper_bound(errors, width) - errors.begin();
    return static_cast<double>(inside) / static_cast<double>(errors.size());
}

// Errors of all devices but one in order, each with its part of the mean over the devices.
std::vector<std::pair<double, double>> pooled(const ByDevice& devices, const std::string& without) {
    std::vector<std::pair<double, double>> out;
    const double count = static_cast<double>(devices.size() - devices.count(without));
    for (const auto& [device, errors] : devices)
        if (device != without)
            for (const double error : errors)
                out.emplace_back(error, 1 / (count * static_cast<double>(errors.size())));
    std::ranges::sort(out);
    return out;
}

double width_at(const std::vector<std::pair<double, double>>& errors, double level) {
    double sum = 0;
    for (const auto& [error, part] : errors)
        if ((sum += part) >= level) return error;
    return errors.back().first;
}

// The level at which widths of the others hold the wanted share of each device's calls, in the mean.
double level_for(const ByDevice& devices, double wanted) {
    constexpr double step = 0.005, most = 0.995;
    std::vector<std::pair<const std::vector<double>*, std::vector<std::pair<double, double>>>> left_out;
    for (const auto& [device, errors] : devices) left_out.emplace_back(&errors, pooled(devices, device));
    for (double level = wanted; level < most; level += step) {
        double sum = 0;
        for (const auto& [errors, others] : left_out) sum += share_within(*errors, width_at(others, level));
        if (sum >= wanted * static_cast<double>(devices.size())) return level;
    }
    return most;
}

}  // namespace

TransferWidths::TransferWidths(const std::vector<TransferError>& errors) {
    std::map<std::string, ByDevice> classes;
    for (const auto& error : errors)
        // "": any regime, for those of which too few devices were left out.
        for (const auto& regime : {error.regime, std::string()})
            classes[class_of(regime, error.same_family, error.calibrated)][error.device].push_back(
                error.deviations);
    for (auto& [name, devices] : classes) {
        prepare(devices);
        if (devices.size() < least_devices) continue;
        const auto all = pooled(devices, {});
        classes_[name] = {width_at(all, level_for(devices, 0.80)), width_at(all, level_for(devices, 0.95))};
    }
}

TransferWidths::Deviations TransferWidths::at(std::string_view regime, bool same_family,
                                              bool calibrated) const {
    for (const auto& name : {class_of(regime, same_family, calibrated), class_of("", same_family, calibrated),
                             class_of("", false, calibrated)})
        if (const auto found = classes_.find(name); found != classes_.end()) return found->second;
    return {};
}

Json TransferWidths::json() const {
    Json out = Json::object();
    for (const auto& [name, widths] : classes_)
        out[name] = {{"of_80", widths.of_80}, {"of_95", widths.of_95}};
    return out;
}

TransferWidths TransferWidths::from_json(const JsonReader& json) {
    TransferWidths out;
    for (const auto& [name, widths] : json.members())
        out.classes_[name] = {widths.at("of_80").positive(), widths.at("of_95").positive()};
    return out;
}

}  // namespace ridge::cost_model
