// SPDX-License-Identifier: Apache-2.0
#include "cost_model/kernel/fit.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/error.hpp"
#include "core/text.hpp"
#include "core/units.hpp"
#include "cost_model/device_model.hpp"
#include "cost_model/kernel/parallel.hpp"

namespace ridge::cost_model {
namespace {

struct SplitRows {
    RowPointers fitted, held_out;
};

SplitRows split(const std::vector<TrainingRow>& rows) {
    SplitRows out;
    for (const auto& row : rows) (is_held_out(row.call_text) ? out.held_out : out.fitted).push_back(&row);
    return out;
}

// Which rows a group borrows when its own are too few; the first step that is enough is taken. Shares are of
// the ceilings, so that they carry over between precisions better than between implementations.
struct Pooling {
    const char* text;
    bool (*joins)(const GroupKey& key, const GroupKey& other);
};

bool same_kernel(const GroupKey& key, const GroupKey& other) {
    return other.op == key.op && other.regime == key.regime && other.implementation == key.implementation;
}

constexpr std::array<Pooling, 4> poolings = {{
    {"", [](const GroupKey&, const GroupKey&) { return false; }},
    {"warm and cold calls",
     [](const GroupKey& key, const GroupKey& other) {
         return same_kernel(key, other) && key.formats == other.formats && key.sparsity == other.sparsity;
     }},
    {"all kinds of sparsity",
     [](const GroupKey& key, const GroupKey& other) {
         return same_kernel(key, other) && key.formats == other.formats;
     }},
    {"all precisions and kinds of sparsity", same_kernel},
}};

struct Lending {
    RowPointers rows;
    const char* text = "";
};

Lending lending_for(const GroupKey& key, std::size_t own, const TrainingGroups& groups) {
    Lending out;
    for (const auto& pooling : poolings) {
        out = {{}, pooling.text};
        for (const auto& [other, rows] : groups)
            if (other != key && pooling.joins(key, other))
                for (const auto* row : split(rows).fitted) out.rows.push_back(row);
        if (own + out.rows.size() >= least_calls) break;
    }
    return out;
}

HeldOutPoint point_of(const KernelGroup& group, const TrainingRow& row, const Machine& machine) {
    const auto found = estimate_unseen(group, row, machine);
    const auto widths = group.intervals.at(found.correction.variance);
    return {.call = row.call_text,
            .implementation = group.key.implementation,
            .cache = group.key.cache,
            .measured_s = row.seconds,
            .predicted_s = found.time_s,
            .roofline_s = row.roofline_s,
            .log_half_width = widths ? widths->of_80 : 0};
}

struct HeldOutErrors {
    ErrorTable model, roofline;
};

HeldOutErrors errors_of(const std::vector<HeldOutPoint>& points) {
    std::vector<double> measured, predicted, roofline;
    for (const auto& point : points) {
        measured.push_back(point.measured_s);
        predicted.push_back(point.predicted_s);
        roofline.push_back(point.roofline_s);
    }
    return {error_table(measured, predicted), error_table(measured, roofline)};
}

struct FittedGroup {
    GroupFit fit;
    std::optional<KernelGroup> group;
    std::vector<std::int64_t> fitted_on;
};

// Errors by a fit without the held-out calls; then these become nodes too, under the same parameters.
FittedGroup fit_and_check(const GroupKey& key, const TrainingGroups& groups, const Machine& machine) {
    const auto& rows = groups.at(key);
    const auto own = split(rows);
    const auto lending = lending_for(key, own.fitted.size(), groups);
    FittedGroup out;
    out.fit = {.key = key, .held_out_calls = own.held_out.size(), .note = {}};
    out.group = fit_group(own.fitted, lending.rows, lending.text, out.fit);
    if (!out.group) return out;
    for (const auto* row : own.held_out) out.group->points.push_back(point_of(*out.group, *row, machine));
    const auto [model, roofline] = errors_of(out.group->points);
    out.group->held_out = model;
    out.group->roofline = roofline;
    for (const auto& row : rows) out.fitted_on.push_back(row.id);
    for (const auto* row : lending.rows) out.fitted_on.push_back(row->id);
    add_nodes(*out.group, own.held_out);
    return out;
}

// Groups are independent of each other: each thread takes the next.
std::vector<FittedGroup> fit_all(const TrainingGroups& groups, const Machine& machine) {
    std::vector<const GroupKey*> keys;
    for (const auto& [key, rows] : groups) keys.push_back(&key);
    std::vector<FittedGroup> out(keys.size());
    for_each_parallel(keys.size(), [&](std::size_t i) { out[i] = fit_and_check(*keys[i], groups, machine); });
    return out;
}

std::string summary_of(const FitReport& report) {
    if (report.groups.empty()) return "no ok measurement to fit to";
    const auto of_all = std::to_string(report.model.groups.size()) + " of " +
                        std::to_string(report.groups.size()) + " groups of calls fitted";
    if (!report.usable) return of_all + "; first reason: " + report.groups.front().note;
    if (report.held_out.count == 0) return of_all + "; no held-out call to check them on";
    return of_all + "; error on " + std::to_string(report.held_out.count) + " held-out calls: median " +
           percent(report.held_out.median) + ", 90 % under " + percent(report.held_out.p90) +
           " (roofline: " + percent(report.roofline.median) + ", " + percent(report.roofline.p90) + ")";
}

void finish(FitReport& report) {
    const auto [model, roofline] = errors_of(report.points);
    report.held_out = model;
    report.roofline = roofline;
    std::ranges::sort(report.fitted_on);
    const auto repeated = std::ranges::unique(report.fitted_on);
    report.fitted_on.erase(repeated.begin(), repeated.end());
    report.usable = !report.model.groups.empty();
    report.message = summary_of(report);
}

std::vector<Roof> roofs_of(const db::Store& store, const std::string& device) {
    std::vector<Roof> roofs;
    for (const auto& stored : store.roofs(device)) roofs.push_back(stored.roof);
    return roofs;
}

}  // namespace

FitReport fit_kernel_model(const std::vector<db::Record>& records, const std::vector<Roof>& roofs,
                           const Device& device, const std::optional<std::vector<Interconnect>>& links) {
    FitReport report;
    report.model.device = device.id;
    auto ceilings = make_ceilings(device, roofs);
    if (links) add_links(ceilings, *links);
    const Machine machine{device, ceilings};
    for (auto& [fit, group, fitted_on] : fit_all(training_groups(records, machine), machine)) {
        report.groups.push_back(fit);
        if (!group) continue;
        report.points.insert(report.points.end(), group->points.begin(), group->points.end());
        report.fitted_on.insert(report.fitted_on.end(), fitted_on.begin(), fitted_on.end());
        report.model.groups.push_back(std::move(*group));
    }
    finish(report);
    return report;
}

FitReport fit_and_store(db::Store& store, const std::string& device_id) {
    const auto device = store.device(device_id);
    if (!device) throw InputError("store: there is no device '" + device_id + "'");
    db::Filter filter;
    filter.device = device_id;
    auto report = fit_kernel_model(store.measurements(filter), roofs_of(store, device_id), *device,
                                   known_links(*device));
    if (!report.usable) {
        report.message += newest_kernel_model(store, device_id) ? "; the former model stays" : "";
        return report;
    }
    db::StoredModel stored{.id = 0,
                           .device = device_id,
                           .kind = kernel_model_kind,
                           .version = 0,
                           .parameters = report.model.json(),
                           .fitted_on = report.fitted_on,
                           .fitted_at = db::timestamp()};
    report.model.version = store.put_model(stored);
    return report;
}

std::optional<KernelModel> newest_kernel_model(const db::Store& store, const std::string& device) {
    const auto stored = store.newest_model(device, kernel_model_kind);
    if (!stored) return std::nullopt;
    auto model = KernelModel::from_json(JsonReader(stored->parameters, store.path().string(), "model"));
    model.version = stored->version;
    return model;
}

}  // namespace ridge::cost_model
