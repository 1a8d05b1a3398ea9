// SPDX-License-Identifier: Apache-2.0
#include "cost_model/kernel/kernel_model.hpp"

#include <algorithm>
#include <cmath>
#include <span>

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
            {"roofline_s", point.roofline_s},
            {"log_half_width", point.log_half_width}};
}

HeldOutPoint point_from(const JsonReader& json, const std::string& implementation) {
    return {.call = json.at("call").text(),
            .implementation = implementation,
            .cache = json.at("cache").parsed(parse_cache_state),
            .measured_s = json.at("measured_s").positive(),
            .predicted_s = json.at("predicted_s").positive(),
            .roofline_s = json.at("roofline_s").number(),
            .log_half_width = json.amount_or("log_half_width", 0)};
}

Json key_json(const GroupKey& key) {
    Json out = {{"operator", key.op},      {"implementation", key.implementation},
                {"version", key.version},  {"formats", key.formats},
                {"regime", key.regime},    {"sparsity", name(key.sparsity)},
                {"cache", name(key.cache)}};
    if (key.activation_sparsity != Sparsity::Kind::dense)
        out["activation_sparsity"] = name(key.activation_sparsity);
    return out;
}

GroupKey key_from(const JsonReader& json) {
    return {.op = json.at("operator").text(),
            .implementation = json.at("implementation").text(),
            .version = json.text_or("version", ""),
            .formats = json.at("formats").text(),
            .regime = json.text_or("regime", ""),
            .sparsity = json.at("sparsity").parsed(parse_sparsity_kind),
            .activation_sparsity = parse_sparsity_kind(json.text_or("activation_sparsity", "dense")),
            .cache = json.at("cache").parsed(parse_cache_state)};
}

Json group_json(const KernelGroup& group) {
    Json configs = Json::array(), points = Json::array();
    for (const auto& config : group.configs) configs.push_back(config.json());
    for (const auto& point : group.points) points.push_back(point_json(point));
    return {{"key", key_json(group.key)},
            {"parameters", group.parameters.json()},
            {"correction", group.correction.json()},
            {"records", group.nodes},
            {"configs", configs},
            {"config_of", group.config_of},
            {"intervals", group.intervals.json()},
            {"longest_s", group.longest_s},
            {"widths_beyond", group.widths_beyond.json()},
            {"held_out", error_json(group.held_out)},
            {"roofline", error_json(group.roofline)},
            {"pooled_from", group.pooled_from},
            {"points", points}};
}

std::size_t checked_config(const JsonReader& json, const KernelGroup& group) {
    const auto place = json.integer();
    if (place < 0 || std::cmp_greater_equal(place, group.configs.size()))
        throw InputError("kernel model: there is no configuration number " + std::to_string(place));
    return static_cast<std::size_t>(place);
}

void read_nodes(KernelGroup& group, const JsonReader& json) {
    for (const auto& id : json.at("records").items()) group.nodes.push_back(id.integer());
    for (const auto& config : json.at("configs").items())
        group.configs.push_back(KernelConfig::from_json(config));
    for (const auto& place : json.at("config_of").items())
        group.config_of.push_back(checked_config(place, group));
    const auto nodes = group.correction.size();
    if (!group.config_of.empty() && group.config_of.size() != nodes)
        throw InputError("kernel model: " + std::to_string(nodes) + " nodes have " +
                         std::to_string(group.config_of.size()) + " configurations");
}

KernelGroup group_from(const JsonReader& json) {
    KernelGroup group;
    group.key = key_from(json.at("key"));
    group.parameters = KernelParameters::from_json(json.at("parameters"));
    group.correction = Correction::from_json(json.at("correction"));
    read_nodes(group, json);
    group.intervals = IntervalTable::from_json(json.at("intervals"));
    group.longest_s = json.amount_or("longest_s", 0);
    if (const auto widths = json.find("widths_beyond"))
        group.widths_beyond = WidthsBeyond::from_json(*widths);
    group.held_out = error_from(json.at("held_out"));
    group.roofline = error_from(json.at("roofline"));
    group.pooled_from = json.text_or("pooled_from", "");
    if (const auto points = json.find("points"))
        for (const auto& point : points->items())
            group.points.push_back(point_from(point, group.key.implementation));
    return group;
}

std::array<double, 12> values_of(const CallFeatures& features) {
    std::array<double, 12> out{};
    for (std::size_t i = 0; i < features.axes.size(); ++i) out.at(i) = features.axes[i].value;
    return out;
}

// The axes that the group was fitted with: what features came to know since stands behind them.
std::span<const double> place_in(const KernelGroup& group, const CallFeatures& features,
                                 const std::array<double, 12>& values) {
    return {values.data(), std::min(features.axes.size(), group.correction.axes().size())};
}

CorrectionValue corrected(const KernelGroup& group, const CallFeatures& features) {
    if (group.correction.empty()) return {};
    const auto values = values_of(features);
    return group.correction.at(place_in(group, features, values));
}

}  // namespace

ErrorTable error_table(const std::vector<double>& measured_s, const std::vector<double>& predicted_s) {
    std::vector<double> errors;
    for (std::size_t i = 0; i < measured_s.size(); ++i)
        errors.push_back(std::abs(predicted_s[i] - measured_s[i]) / measured_s[i]);
    if (errors.empty()) return {};
    return {
        .count = errors.size(), .median = median(errors), .mean = mean(errors), .p90 = quantile(errors, 0.9)};
}

std::string GroupKey::text() const {
    return op + (regime.empty() || regime == op ? "" : " " + regime) + " " + formats + " " + implementation +
           (version.empty() ? "" : " " + version) + " " + std::string(name(sparsity)) +
           (activation_sparsity == Sparsity::Kind::dense
                ? ""
                : " activations " + std::string(name(activation_sparsity))) +
           " " + std::string(name(cache));
}

bool GroupKey::has_sparsity_of(const OperatorCall& call) const {
    return sparsity == call.sparsity.kind && activation_sparsity == call.activation_sparsity.kind;
}

OperatorCall GroupKey::as_run(OperatorCall call) const {
    if (activation_sparsity == Sparsity::Kind::dense) call.activation_sparsity = {};
    return call;
}

std::string formats_of(const OperatorCall& call) {
    std::string out;
    for (const auto& operand : call.operands)
        out += (out.empty() ? "" : " ") + operand.name + "=" + operand.format.text();
    return out;
}

const KernelConfig& KernelGroup::config_of_node(std::size_t node) const {
    static const KernelConfig none;
    if (configs.empty()) return none;
    return config_of.empty() ? configs.front() : configs[config_of.at(node)];
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

GroupEstimate estimate(const KernelGroup& group, const CallFeatures& features) {
    GroupEstimate out;
    out.analytical_s = kernel_time(features, group.parameters);
    if (!group.correction.empty()) out.correction = corrected(group, features);
    out.time_s = out.analytical_s * std::exp(group.correction.empty() ? 0.0 : out.correction.residual);
    return out;
}

std::optional<HalfWidths> half_widths(const KernelGroup& group, const GroupEstimate& found) {
    const auto within = group.intervals.at(found.correction.variance);
    if (!within || group.longest_s <= 0) return within;
    return group.widths_beyond.at(std::log2(found.analytical_s / group.longest_s), *within);
}

double estimate_seconds(const KernelGroup& group, const CallFeatures& features) {
    const double analytical = kernel_time(features, group.parameters);
    if (group.correction.empty()) return analytical;
    const auto values = values_of(features);
    return analytical * std::exp(group.correction.residual_at(place_in(group, features, values)));
}

KernelConfig config_for(const KernelGroup& group, const CallFeatures& features,
                        const KernelConfig& workload) {
    KernelConfig out = group.config_of.empty()
                           ? (group.configs.empty() ? KernelConfig{} : group.configs.front())
                           : group.config_of_node(corrected(group, features).nearest);
    for (const auto& [parameter, value] : workload.values()) out.set(parameter, value);
    return out;
}

}  // namespace ridge::cost_model
