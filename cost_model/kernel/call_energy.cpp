// SPDX-License-Identifier: Apache-2.0
#include "cost_model/kernel/call_energy.hpp"

#include <algorithm>
#include <cmath>

#include "core/configs.hpp"

namespace ridge::cost_model {
namespace {

constexpr const char* kind = "power";
// Whose powers others get in the ratio of their TDP: the device with most kinds of calls measured.
constexpr const char* reference = "b200";

PowerModel read_power(const std::string& device) {
    const auto path = find_config(kind, device);
    const auto json = read_json_file(path);
    return PowerModel::from_json({json, path.string()});
}

bool has_power(const std::string& device) { return std::ranges::binary_search(list_configs(kind), device); }

// Of independent errors, as factors.
Interval both(double energy_j, const Interval& time_s, double time_at, const Interval& watts, double at) {
    const auto end = [&](double time, double power) {
        return std::hypot(std::log(time / time_at), std::log(power / at));
    };
    return {energy_j * std::exp(-end(time_s.low, watts.low)),
            energy_j * std::exp(end(time_s.high, watts.high))};
}

CallEnergy energy_from(const PowerPrediction& power, const Prediction& prediction) {
    CallEnergy out;
    out.energy_j = power.power_w * prediction.time_s;
    if (prediction.interval)
        out.interval_80 =
            both(out.energy_j, *prediction.interval, prediction.time_s, power.interval_80, power.power_w);
    out.basis = power.basis;
    return out;
}

}  // namespace

std::optional<CallEnergy> call_energy(const OperatorCall& call, const Prediction& prediction,
                                      const DeviceModel& device) {
    if (prediction.energy_j)
        return CallEnergy{*prediction.energy_j, std::nullopt, Provenance::measured, "the device's counter"};
    const auto& sheet = device.device;
    const bool own = has_power(sheet.id);
    const double tdp_w = sheet.tdp_w.value_or(0);
    if (!own && (tdp_w <= 0 || sheet.kind == "cpu" || !has_power(reference))) return std::nullopt;
    const auto model = own ? read_power(sheet.id) : transfer_power(read_power(reference), sheet.id, tdp_w);
    const auto power = predict_power(model, call, prediction.time_s, {sheet, device.ceilings});
    if (!power) return std::nullopt;
    auto out = energy_from(*power, prediction);
    out.provenance = own ? Provenance::predicted : Provenance::specified;
    if (!own) out.basis += ", of " + std::string(reference) + " in the ratio of the TDP";
    return out;
}

}  // namespace ridge::cost_model
