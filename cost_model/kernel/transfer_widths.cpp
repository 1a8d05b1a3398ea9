// SPDX-License-Identifier: Apache-2.0
#include "cost_model/kernel/transfer_widths.hpp"

#include <cmath>

#include "cost_model/kernel/interval_table.hpp"

namespace ridge::cost_model {
namespace {

constexpr std::size_t least_errors = 30;

std::string class_of(std::string_view regime, bool same_family, bool calibrated) {
    return std::string(regime) + (same_family ? " same" : " other") + (calibrated ? " calibrated" : "");
}

}  // namespace

TransferWidths::TransferWidths(const std::vector<TransferError>& errors) {
    std::map<std::string, std::vector<double>> classes;
    for (const auto& error : errors)
        // "": any regime, for those of which no device was left out.
        for (const auto& regime : {error.regime, std::string()})
            classes[class_of(regime, error.same_family, error.calibrated)].push_back(error.deviations);
    for (auto& [name, deviations] : classes) {
        if (deviations.size() < least_errors) continue;
        const auto of_80 = conformal_quantile(deviations, 0.80), of_95 = conformal_quantile(deviations, 0.95);
        if (of_80 && of_95 && std::isfinite(*of_95)) classes_[name] = {*of_80, *of_95};
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
