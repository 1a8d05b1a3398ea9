// SPDX-License-Identifier: Apache-2.0
#include "cost_model/kernel/kernel_model.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ridge::cost_model {
namespace {

Json error_json(const ErrorTable& errors) {
    return {{"count", errors.count}, {"median", errors.median}, {"mean", errors.mean}, {"p90", errors.p90}};
}

ErrorTable error_from(const JsonReader& json) {
    return {.count = static_cast<std::size_t>(json.at("count").integer()),
            .median = json.at("median").number(),
            .mean = json.at("mean").number(),
            .p90 = json.at("p90").number()};
}

Json point_json(const HeldOutPoint& point) {
    return {{"call", point.call},
            {"cache", name(point.cache)},
            {"measured_s", point.measured_s},
            {"predicted_s", point.predicted_s},
            {"roofline_s", point.roofline_s}};
}

HeldOutPoint point_from(const JsonReader& json, const std::string& implementation) {
    return {.call = json.at("call").text(),
            .implementation = implementation,
            .cache = json.at("cache").parsed(parse_cache_state),
            .measured_s = json.at("measured_s").positive(),
            .predicted_s = json.at("predicted_s").positive(),
            .roofline_s = json.at("roofline_s").number()};
}

Json group_json(const KernelGroup& group) {
    Json calls = Json::array();
    for (const auto& [call, config] : group.calls)
        calls.push_back({{"call", call}, {"config", config.json()}});
    Json points = Json::array();
    for (const auto& point : group.points) points.push_back(point_json(point));
    Json out = {{"operator", group.key.op},
                {"implementation", group.key.implementation},
                {"compute", name(group.key.compute)},
                {"sparsity", name(group.key.sparsity)},
                {"launch_s", group.parameters.launch_s},
                {"compute_share", group.parameters.compute_share},
                {"memory_share", group.parameters.memory_share},
                {"overlap", group.parameters.overlap},
                {"held_out", error_json(group.held_out)},
                {"roofline", error_json(group.roofline)},
                {"pooled_from", group.pooled_from},
                {"points", points},
                {"calls", calls}};
    if (group.interval_factor) out["interval_factor"] = *group.interval_factor;
    return out;
}

KernelGroup group_from(const JsonReader& json) {
    KernelGroup group;
    group.key = {.op = json.at("operator").text(),
                 .implementation = json.at("implementation").text(),
                 .compute = parse_precision(json.at("compute").text()),
                 .sparsity = json.at("sparsity").parsed(parse_sparsity_kind)};
    group.parameters = {.launch_s = json.at("launch_s").number(),
                        .compute_share = json.at("compute_share").positive(),
                        .memory_share = json.at("memory_share").positive(),
                        .overlap = json.at("overlap").positive()};
    group.held_out = error_from(json.at("held_out"));
    group.roofline = error_from(json.at("roofline"));
    group.interval_factor = json.find_positive("interval_factor");
    group.pooled_from = json.text_or("pooled_from", "");
    if (const auto points = json.find("points"))
        for (const auto& point : points->items())
            group.points.push_back(point_from(point, group.key.implementation));
    for (const auto& call : json.at("calls").items())
        group.calls.push_back({call.at("call").text(), KernelConfig::from_json(call.at("config"))});
    return group;
}

}  // namespace

double kernel_time(const Features& features, const KernelParameters& parameters) {
    const double compute = features.compute_s / parameters.compute_share;
    double largest = compute;
    for (const auto& level : features.levels)
        largest = std::max(largest, level.seconds / parameters.memory_share);
    if (largest <= 0) return parameters.launch_s;
    // Scaled by the largest term, so that no power leaves the range of a double.
    double sum = std::pow(compute / largest, parameters.overlap);
    for (const auto& level : features.levels)
        sum += std::pow(level.seconds / parameters.memory_share / largest, parameters.overlap);
    return parameters.launch_s + largest * std::pow(sum, 1.0 / parameters.overlap);
}

ErrorTable error_table(const std::vector<double>& measured_s, const std::vector<double>& predicted_s) {
    std::vector<double> errors;
    for (std::size_t i = 0; i < measured_s.size(); ++i)
        errors.push_back(std::abs(predicted_s[i] - measured_s[i]) / measured_s[i]);
    if (errors.empty()) return {};
    return {
        .count = errors.size(), .median = median(errors), .mean = mean(errors), .p90 = quantile(errors, 0.9)};
}

std::string GroupKey::text() const {
    return op + " " + implementation + " " + std::string(name(compute)) + " " + std::string(name(sparsity));
}

Json KernelModel::json() const {
    Json list = Json::array();
    for (const auto& group : groups) list.push_back(group_json(group));
    return {{"device", device}, {"groups", list}};
}

KernelModel KernelModel::from_json(const JsonReader& json) {
    KernelModel model;
    model.device = json.at("device").text();
    for (const auto& group : json.at("groups").items()) model.groups.push_back(group_from(group));
    return model;
}

const KernelGroup* KernelModel::find(const GroupKey& key) const {
    const auto found = std::ranges::find(groups, key, &KernelGroup::key);
    return found == groups.end() ? nullptr : &*found;
}

double octaves_between(const OperatorCall& one, const OperatorCall& other) {
    if (one.dimensions.size() != other.dimensions.size()) return std::numeric_limits<double>::infinity();
    double largest = 0;
    for (std::size_t i = 0; i < one.dimensions.size(); ++i)
        largest = std::max(largest, std::abs(std::log2(static_cast<double>(one.dimensions[i].value) /
                                                       static_cast<double>(other.dimensions[i].value))));
    return largest;
}

}  // namespace ridge::cost_model
