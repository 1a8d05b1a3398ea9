// SPDX-License-Identifier: Apache-2.0
#include "cost_model/kernel/fit.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <tuple>

#include "core/error.hpp"
#include "core/text.hpp"
#include "core/units.hpp"
#include "cost_model/kernel/least_squares.hpp"
#include "operators/catalogue.hpp"
#include "operators/program/program_call.hpp"

namespace ridge::cost_model {
namespace {

constexpr std::size_t least_calls =
    6;  // for four parameters, of which the prior holds what the calls do not tell
constexpr double held_out_share = 0.25;
// A median log residual beyond this (a factor of 2) means that the model does not describe the kernel at all.
constexpr double worst_median_residual = 0.69;

struct Row {
    const db::Record* record = nullptr;
    OperatorCall call;
    double seconds = 0;
    Features features;
    double roofline_s = 0;
};

struct Machine {
    const Device& device;
    Ceilings ceilings;
};

using Groups = std::map<GroupKey, std::vector<Row>>;

struct GroupRows {
    std::vector<Row> fitted, held_out;
};

std::uint64_t stable_hash(std::string_view text) {
    std::uint64_t hash =
        0xcbf29ce484222325ULL;  // FNV-1a, then the finaliser of SplitMix64 to mix the low bits
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9ULL;
    hash = (hash ^ (hash >> 27)) * 0x94d049bb133111ebULL;
    return hash ^ (hash >> 31);
}

bool usable(const db::Record& record, const Device& device) {
    return record.device == device.id && record.summary->median > 0;
}

// The fastest record for each call, implementation and cache state.
std::vector<const db::Record*> best_records(const std::vector<db::Record>& records, const Device& device) {
    std::map<std::tuple<std::string, std::string, CacheState>, const db::Record*> best;
    for (const auto* record : db::latest_records(records)) {
        if (!usable(*record, device)) continue;
        auto& place = best[{record->call, record->implementation, record->measurement.cache}];
        if (!place || record->summary->median < place->summary->median) place = record;
    }
    std::vector<const db::Record*> out;
    for (const auto& [key, record] : best) out.push_back(record);
    return out;
}

Features features_of(const OperatorCall& call, const KernelConfig& config, CacheState cache,
                     const Machine& machine) {
    return make_features(call, config, cache, machine.device, machine.ceilings);
}

double bare_roofline(const OperatorCall& call, CacheState cache, const Machine& machine) {
    const auto features = features_of(call, {}, cache, machine);
    return std::max(features.compute_s, features.levels.front().seconds);
}

// Rows by group; a call that no ceiling or no operator is known for is left out.
Groups group_rows(const std::vector<const db::Record*>& records, const Machine& machine) {
    Groups groups;
    for (const auto* record : records) {
        if (operators::is_program(record->call)) continue;  // nothing is known of its work
        try {
            const auto call = operators::parse_call(record->call);
            const auto cache = record->measurement.cache;
            Row row{record, call, record->summary->median, features_of(call, record->config, cache, machine),
                    bare_roofline(call, cache, machine)};
            groups[{call.op, record->implementation, operators::work(call).compute, call.sparsity.kind}]
                .push_back(std::move(row));
        } catch (const InputError&) {
            continue;
        }
    }
    return groups;
}

GroupRows split_rows(const std::vector<Row>& rows) {
    GroupRows out;
    for (const auto& row : rows) (is_held_out(row.record->call) ? out.held_out : out.fitted).push_back(row);
    return out;
}

KernelParameters parameters_from(const std::vector<double>& values) {
    return {
        .launch_s = values[0], .compute_share = values[1], .memory_share = values[2], .overlap = values[3]};
}

// Bounds: launch from 10 ns (a function call) to 10 ms; shares up to 1.2, for roofs that were measured too
// low; p from the sum to what cannot be told from the maximum.
std::vector<BoundedParameter> problem_at(const KernelParameters& start) {
    return {{.low = 1e-8, .high = 1e-2, .start = start.launch_s},
            {.low = 0.005, .high = 1.2, .start = start.compute_share},
            {.low = 0.005, .high = 1.2, .start = start.memory_share},
            {.low = 1.0, .high = 16.0, .start = start.overlap}};
}

std::optional<RobustFit> fit_from(const std::vector<Row>& rows, const KernelParameters& start) {
    return robust_least_squares(problem_at(start), [&](const std::vector<double>& values) {
        const auto parameters = parameters_from(values);
        std::vector<double> residuals;
        residuals.reserve(rows.size());
        for (const auto& row : rows)
            residuals.push_back(std::log(kernel_time(row.features, parameters) / row.seconds));
        return residuals;
    });
}

// From several starts, because launch time and overlap trade against each other.
std::optional<KernelParameters> fit_rows(const std::vector<Row>& rows) {
    std::optional<RobustFit> best;
    for (const double launch_s : {1e-6, 2e-5})
        for (const double overlap : {2.0, 6.0}) {
            const auto fit = fit_from(
                rows, {.launch_s = launch_s, .compute_share = 0.6, .memory_share = 0.7, .overlap = overlap});
            if (fit && (!best || fit->loss < best->loss)) best = fit;
        }
    return best ? std::optional(parameters_from(best->values)) : std::nullopt;
}

double log_error(const Row& row, const KernelParameters& parameters) {
    return std::abs(std::log(kernel_time(row.features, parameters) / row.seconds));
}

// The time that predict() gives a call that was never tuned: with the configuration of the nearest call among
// `known`, not with the one that tuning the call itself found.
double time_as_unseen(const Row& row, const std::vector<Row>& known, const KernelParameters& parameters,
                      const Machine& machine) {
    const Row* nearest = nullptr;
    double least = std::numeric_limits<double>::infinity();
    for (const auto& other : known)
        if (const double octaves = octaves_between(row.call, other.call); octaves < least)
            nearest = &other, least = octaves;
    const auto config = nearest ? nearest->record->config : KernelConfig{};
    return kernel_time(features_of(row.call, config, row.record->measurement.cache, machine), parameters);
}

double unseen_error(const Row& row, const std::vector<Row>& known, const KernelParameters& parameters,
                    const Machine& machine) {
    return std::abs(std::log(time_as_unseen(row, known, parameters, machine) / row.seconds));
}

// Errors on calls that a fit did not see: the held-out ones, and each fitted one left out in turn, in both of
// its cache states.
std::vector<double> unseen_errors(const GroupRows& rows, const KernelParameters& parameters,
                                  const Machine& machine) {
    std::vector<double> errors;
    for (const auto& row : rows.held_out)
        errors.push_back(unseen_error(row, rows.fitted, parameters, machine));
    if (rows.fitted.size() <= least_calls) return errors;
    for (const auto& left_out : rows.fitted) {
        auto others = rows.fitted;
        std::erase_if(others, [&](const Row& row) { return row.record->call == left_out.record->call; });
        if (const auto fit = fit_from(others, parameters))
            errors.push_back(unseen_error(left_out, others, parameters_from(fit->values), machine));
    }
    return errors;
}

// Conformal quantile with the finite-sample correction (Vovk et al. 2005): the ceil((n + 1) · confidence)-th
// smallest.
std::optional<double> conformal_factor(std::vector<double> errors) {
    const auto rank =
        static_cast<std::size_t>(std::ceil((static_cast<double>(errors.size()) + 1.0) * interval_confidence));
    if (rank > errors.size()) return std::nullopt;
    std::ranges::sort(errors);
    return std::exp(errors[rank - 1]);
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

void set_errors(KernelGroup& group, const GroupRows& own, const Machine& machine) {
    for (const auto& row : own.held_out)
        group.points.push_back({.call = row.record->call,
                                .implementation = row.record->implementation,
                                .cache = row.record->measurement.cache,
                                .measured_s = row.seconds,
                                .predicted_s = time_as_unseen(row, own.fitted, group.parameters, machine),
                                .roofline_s = row.roofline_s});
    const auto [model, roofline] = errors_of(group.points);
    group.held_out = model;
    group.roofline = roofline;
}

// Which rows a group borrows when its own are too few; the first step that is enough is taken. Shares are of
// the ceilings, so that they carry over between precisions better than between implementations.
struct Pooling {
    const char* text;
    bool (*joins)(const GroupKey& key, const GroupKey& other);
};

bool same_kernel(const GroupKey& key, const GroupKey& other) {
    return other.op == key.op && other.implementation == key.implementation;
}

constexpr std::array<Pooling, 3> poolings = {{
    {"", [](const GroupKey& key, const GroupKey& other) { return key == other; }},
    {"all kinds of sparsity",
     [](const GroupKey& key, const GroupKey& other) {
         return same_kernel(key, other) && key.compute == other.compute;
     }},
    {"all precisions and kinds of sparsity", same_kernel},
}};

struct UsedRows {
    GroupRows rows;
    const char* pooled = "";
};

UsedRows enough_rows(const GroupKey& key, const Groups& groups) {
    UsedRows used;
    for (const auto& pooling : poolings) {
        std::vector<Row> rows;
        for (const auto& [other, candidates] : groups)
            if (pooling.joins(key, other)) rows.insert(rows.end(), candidates.begin(), candidates.end());
        used = {split_rows(rows), pooling.text};
        if (used.rows.fitted.size() >= least_calls) break;
    }
    return used;
}

// Largest part of any row's time that the term could be at the fitted parameters: what tells whether the rows
// say anything of it.
std::string unidentified(const std::vector<Row>& rows, const KernelParameters& parameters) {
    double compute = 0, memory = 0;
    for (const auto& row : rows) {
        compute = std::max(compute, row.features.compute_s / parameters.compute_share / row.seconds);
        for (const auto& level : row.features.levels)
            memory = std::max(memory, level.seconds / parameters.memory_share / row.seconds);
    }
    constexpr double least_part = 0.5;
    if (compute < least_part)
        return "no call is compute-bound, so the compute share is little more than its prior";
    if (memory < least_part)
        return "no call is memory-bound, so the memory share is little more than its prior";
    return {};
}

void add_group(FitReport& report, const KernelParameters& parameters, const GroupRows& own,
               const UsedRows& used, const Machine& machine, GroupFit& fit) {
    KernelGroup group{.key = fit.key,
                      .parameters = parameters,
                      .calls = {},
                      .held_out = {},
                      .roofline = {},
                      .points = {},
                      .interval_factor = conformal_factor(unseen_errors(used.rows, parameters, machine)),
                      .pooled_from = used.pooled};
    for (const auto& row : own.fitted) group.calls.push_back({row.record->call, row.record->config});
    for (const auto& row : used.rows.fitted) report.fitted_on.push_back(row.record->id);
    set_errors(group, own, machine);
    report.points.insert(report.points.end(), group.points.begin(), group.points.end());
    fit.fitted = true;
    fit.note = unidentified(used.rows.fitted, parameters);
    if (!group.pooled_from.empty())
        fit.note = "pooled over " + group.pooled_from + (fit.note.empty() ? "" : "; " + fit.note);
    report.model.groups.push_back(std::move(group));
}

double median_log_error(const std::vector<Row>& rows, const KernelParameters& parameters) {
    std::vector<double> errors;
    for (const auto& row : rows) errors.push_back(log_error(row, parameters));
    return median(errors);
}

void fit_group(FitReport& report, const GroupKey& key, const Groups& groups, const Machine& machine) {
    const auto own = split_rows(groups.at(key));
    const auto used = enough_rows(key, groups);
    const auto& rows = used.rows.fitted;
    GroupFit fit{
        .key = key, .calls = rows.size(), .held_out_calls = own.held_out.size(), .fitted = false, .note = {}};
    if (rows.size() < least_calls) {
        fit.note = "too few calls: " + std::to_string(rows.size()) + " outside the held-out quarter, " +
                   std::to_string(least_calls) + " are needed";
    } else if (const auto parameters = fit_rows(rows); !parameters) {
        fit.note = "the least squares did not converge";
    } else if (median_log_error(rows, *parameters) > worst_median_residual) {
        fit.note = "the model misses half of the calls it was fitted on by more than a factor of 2";
    } else {
        add_group(report, *parameters, own, used, machine, fit);
    }
    report.groups.push_back(std::move(fit));
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

}  // namespace

bool is_held_out(std::string_view call) {
    constexpr double range = 18446744073709551616.0;  // 2^64
    return static_cast<double>(stable_hash(call)) < held_out_share * range;
}

FitReport fit_kernel_model(const std::vector<db::Record>& records, const std::vector<Roof>& roofs,
                           const Device& device) {
    FitReport report;
    report.model.device = device.id;
    const Machine machine{device, make_ceilings(device, roofs)};
    const auto groups = group_rows(best_records(records, device), machine);
    for (const auto& [key, rows] : groups) fit_group(report, key, groups, machine);
    finish(report);
    return report;
}

FitReport fit_and_store(db::Store& store, const std::string& device_id) {
    const auto device = store.device(device_id);
    if (!device) throw InputError("store: there is no device '" + device_id + "'");
    std::vector<Roof> roofs;
    for (const auto& stored : store.roofs(device_id)) roofs.push_back(stored.roof);
    db::Filter filter;
    filter.device = device_id;
    filter.status = Status::ok;
    auto report = fit_kernel_model(store.measurements(filter), roofs, *device);
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
