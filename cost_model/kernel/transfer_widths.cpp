// SPDX-License-Identifier: Apache-2.0
#include "cost_model/kernel/transfer_widths.hpp"

#include "cost_model/kernel/root_weighted.hpp"

namespace ridge::cost_model {
namespace {

constexpr std::size_t least_errors = 30;

std::string class_of(std::string_view regime, bool same_family, bool calibrated) {
    return std::string(regime) + (same_family ? " same" : " other") + (calibrated ? " calibrated" : "");
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
        RootWeighted weighted;
        for (const auto& [device, deviations] : devices) weighted.add(deviations);
        if (weighted.size() < least_errors) continue;
        const auto of_80 = weighted.quantile(0.80), of_95 = weighted.quantile(0.95);
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
