// SPDX-License-Identifier: Apache-2.0
#include "cost_model/kernel/fit.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/text.hpp"
#include "core/units.hpp"
#include "cost_model/device_model.hpp"
#include "cost_model/kernel/parallel.hpp"

namespace ridge::cost_model {
namespace {

HeldOutPoint point_of(const KernelGroup& group, const TrainingRow& row, const Machine& machine) {
    const auto found = estimate_unseen(group, row, machine);
    const auto widths = half_widths(group, found);
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

SeenGroups outside_held_out(const TrainingGroups& groups) {
    SeenGroups out;
    for (const auto& [key, rows] : groups)
        for (const auto& row : rows)
            if (auto& seen = out[key]; !is_held_out(row)) seen.push_back(&row);
    return out;
}

// Errors on the held-out calls, which the fit did not see; then these become nodes too, under the same
// parameters.
void check(FittedGroup& fitted, const std::vector<TrainingRow>& rows, const Machine& machine) {
    RowPointers held_out;
    for (const auto& row : rows)
        if (is_held_out(row)) held_out.push_back(&row);
    fitted.fit.held_out_calls = held_out.size();
    if (!fitted.group) return;
    for (const auto* row : held_out) fitted.group->points.push_back(point_of(*fitted.group, *row, machine));
    const auto [model, roofline] = errors_of(fitted.group->points);
    fitted.group->held_out = model;
    fitted.group->roofline = roofline;
    add_nodes(*fitted.group, held_out);
}

// By regime where its small groups tell enough, else by all of them.
void set_lent_intervals(std::vector<FittedGroup>& groups) {
    std::map<std::string, std::vector<CrossValidated>> by_regime;
    std::vector<CrossValidated> all;
    for (const auto& [fit, group, left_out, beyond] : groups) {
        auto& here = by_regime[fit.key.regime];
        here.insert(here.end(), left_out.begin(), left_out.end());
        all.insert(all.end(), left_out.begin(), left_out.end());
    }
    for (auto& one : groups) {
        if (!one.group || one.fit.calls >= calls_to_stand_alone) continue;
        one.group->intervals = IntervalTable(by_regime.at(one.fit.key.regime));
        if (one.group->intervals.empty()) one.group->intervals = IntervalTable(all);
    }
}

void set_widths_beyond(std::vector<FittedGroup>& groups) {
    std::vector<FittedBeyond> fitted;
    for (auto& one : groups)
        if (one.group) fitted.push_back({&*one.group, one.beyond});
    set_widths_beyond(fitted);
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

std::vector<FittedGroup> fit_groups(const SeenGroups& seen, const Machine& machine) {
    const Kinship kin(seen);
    const std::vector groups(seen.begin(), seen.end());
    std::vector<FittedGroup> out(groups.size());
    for_each_parallel(groups.size(), [&](std::size_t i) {
        out[i] = fit_group(groups[i].first, groups[i].second, kin, machine);
    });
    set_lent_intervals(out);
    set_widths_beyond(out);
    return out;
}

FitReport fit_kernel_model(const std::vector<db::Record>& records, const std::vector<Roof>& roofs,
                           const Device& device, const std::optional<std::vector<Interconnect>>& links) {
    FitReport report;
    report.model.device = device.id;
    auto ceilings = make_ceilings(device, roofs);
    if (links) add_links(ceilings, *links);
    const Machine machine{device, ceilings};
    const auto groups = training_groups(records, machine);
    auto fitted = fit_groups(outside_held_out(groups), machine);
    for (auto& one : fitted) {
        const auto& rows = groups.at(one.fit.key);
        check(one, rows, machine);
        report.groups.push_back(one.fit);
        if (!one.group) continue;
        report.points.insert(report.points.end(), one.group->points.begin(), one.group->points.end());
        for (const auto& row : rows) report.fitted_on.push_back(row.id);
        report.model.groups.push_back(std::move(*one.group));
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
