// SPDX-License-Identifier: Apache-2.0
#include "cost_model/kernel/transfer_widths.hpp"

#include <algorithm>
#include <cmath>

namespace ridge::cost_model {
namespace {

constexpr std::size_t least_errors = 30;

std::string class_of(std::string_view regime, bool same_family, bool calibrated) {
    return std::string(regime) + (same_family ? " same" : " other") + (calibrated ? " calibrated" : "");
}

struct Weighted {
    double deviations = 0, weight = 0;
};

std::vector<Weighted> weighted_of(const std::map<std::string, std::vector<double>>& devices) {
    std::vector<Weighted> out;
    for (const auto& [device, each] : devices)
        for (const double one : each) out.push_back({one, 1 / std::sqrt(static_cast<double>(each.size()))});
    std::ranges::sort(out, {}, &Weighted::deviations);
    return out;
}

// What holds this share of the weight; `sorted` is not empty.
double weighted_quantile(const std::vector<Weighted>& sorted, double share) {
    double left = 0;
    for (const auto& one : sorted) left += share * one.weight;
    for (const auto& one : sorted)
        if ((left -= one.weight) <= 0) return one.deviations;
    return sorted.back().deviations;
}

}  // namespace

TransferWidths::TransferWidths(const std::vector<TransferError>& errors) {
    std::map<std::string, std::map<std::string, std::vector<double>>> classes;  // class, device
    for (const auto& error : errors)
        // "": any regime, for those of which no device was left out.
        for (const auto& regime : {error.regime, std::string()})
            classes[class_of(regime, error.same_family, error.calibrated)][error.device].push_back(
                error.deviations);
    for (const auto& [name, devices] : classes) {
        const auto weighted = weighted_of(devices);
        if (weighted.size() < least_errors) continue;
        const auto of_80 = weighted_quantile(weighted, 0.80), of_95 = weighted_quantile(weighted, 0.95);
        if (of_80 > 0 && of_95 > 0) classes_[name] = {of_80, of_95};
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
