// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "cost_model/kernel/fit.hpp"

namespace ridge::cost_model {
namespace {

// A median log residual beyond this (a factor of 2) means that the formula does not describe the kernel at
// all and that the correction would have to do everything.
constexpr double worst_median_residual = 0.69;

double median_log_error(const RowPointers& rows, const KernelParameters& parameters) {
    std::vector<double> errors;
    for (const auto* row : rows) errors.push_back(std::abs(log_residual(*row, parameters)));
    return median(errors);
}

// Largest part of any row's time that a ceiling could be at the fitted parameters: what tells whether the
// rows say anything of it.
double largest_part(const RowPointers& rows, const KernelParameters& parameters, bool compute) {
    double part = 0;
    for (const auto* row : rows)
        for (std::size_t i = 0; i < row->features.ceilings.size(); ++i)
            if ((row->features.ceilings[i].name == "compute") == compute)
                part = std::max(part, seconds_at(row->features, i, parameters) / row->seconds);
    return part;
}

std::string unidentified(const RowPointers& rows, const KernelParameters& parameters) {
    constexpr double least_part = 0.5;
    if (largest_part(rows, parameters, true) < least_part)
        return "no call is compute-bound, so the compute share is little more than its prior";
    if (largest_part(rows, parameters, false) < least_part)
        return "no call is memory-bound, so the memory share is little more than its prior";
    return {};
}

// The part of a configuration that the nearest call lends, each once.
void set_configs(KernelGroup& group, const RowPointers& rows) {
    std::map<std::string, std::size_t> places;
    for (std::size_t i = 0; i < group.configs.size(); ++i) places.emplace(group.configs[i].text(), i);
    for (const auto* row : rows) {
        KernelConfig config;
        for (const auto& [name, value] : row->config.values())
            if (!row->workload.has(name)) config.set(name, value);
        const auto [place, is_new] = places.try_emplace(config.text(), group.configs.size());
        if (is_new) group.configs.push_back(config);
        group.config_of.push_back(place->second);
        group.nodes.push_back(row->id);
    }
    if (group.configs.size() < 2) group.config_of.clear();
}

std::optional<KernelParameters> parameters_of(const RowPointers& rows, const std::optional<Lent>& lent) {
    if (!lent) return fit_parameters(rows);
    return rows.empty() ? lent->parameters : fit_parameters(rows, &lent->parameters);
}

KernelGroup uncorrected_group(const GroupKey& key, const RowPointers& rows,
                              const KernelParameters& parameters) {
    KernelGroup out;
    out.key = key;
    out.parameters = parameters;
    set_configs(out, rows);
    return out;
}

// What left-out calls of a group are off by, each predicted from the others and from its kin without it, as
// a call that was never measured is: with the configuration of the nearest of the others.
std::vector<CrossValidated> left_out_errors(const GroupKey& key, const RowPointers& rows, const Kinship& kin,
                                            const Machine& machine) {
    std::vector<CrossValidated> out;
    for (const auto* row : rows) {
        const auto lent = kin.lend(key, row);
        if (!lent) continue;
        auto others = rows;
        std::erase(others, row);
        const auto parameters = parameters_of(others, lent);
        if (!parameters) continue;
        auto group = uncorrected_group(key, others, *parameters);
        fit_correction(group, others);
        const auto found = estimate_unseen(group, *row, machine);
        out.push_back({.variance = 1, .log_error = std::abs(std::log(row->seconds / found.time_s))});
    }
    return out;
}

void set_longest(KernelGroup& group, const RowPointers& rows) {
    for (const auto* row : rows)
        group.longest_s = std::max(group.longest_s, kernel_time(row->features, group.parameters));
}

// The correction with the tiles of products or without, by which leaves less: where tiles lie is sharper than
// a correction follows, but libraries do not always take the fastest.
void fit_corrected(KernelGroup& group, const RowPointers& rows) {
    const double error = fit_correction(group, rows);
    const auto tiles = fit_tiles(rows, group.parameters);
    if (!tiles) return;
    auto tiled = group;
    tiled.parameters = *tiles;
    if (fit_correction(tiled, rows) < error) group = std::move(tiled);
}

}  // namespace

void add_nodes(KernelGroup& group, const RowPointers& rows) {
    if (rows.empty()) return;
    if (group.config_of.empty() && !group.configs.empty()) group.config_of.assign(group.nodes.size(), 0);
    set_configs(group, rows);
    extend_correction(group, rows);
    set_longest(group, rows);
}

FittedGroup fit_group(const GroupKey& key, const RowPointers& rows, const Kinship& kin,
                      const Machine& machine) {
    FittedGroup out;
    out.fit = {.key = key, .calls = rows.size(), .note = {}};
    const bool borrows = rows.size() < calls_to_stand_alone;
    const auto lent = borrows ? kin.lend(key) : std::nullopt;
    if (borrows && !lent) {
        out.fit.note = rows.empty() ? "too few calls: none of its implementation outside the held-out quarter"
                                    : "too few calls of the device outside the held-out quarter: " +
                                          std::to_string(least_calls) + " are needed";
        return out;
    }
    const auto parameters = parameters_of(rows, lent);
    if (!parameters) {
        out.fit.note = "the least squares did not converge";
        return out;
    }
    if (!rows.empty() && median_log_error(rows, *parameters) > worst_median_residual) {
        out.fit.note = "the model misses half of the calls it was fitted on by more than a factor of 2";
        return out;
    }
    out.fit.fitted = true;
    auto& group = out.group.emplace(uncorrected_group(key, rows, *parameters));
    group.pooled_from = lent ? lent->by : "";
    out.fit.note =
        group.pooled_from.empty() ? unidentified(rows, *parameters) : "borrows from " + group.pooled_from;
    if (borrows) {
        fit_correction(group, rows);
        out.left_out = left_out_errors(key, rows, kin, machine);
    } else {
        fit_corrected(group, rows);
    }
    set_longest(group, rows);
    out.beyond = errors_beyond(group, rows);
    return out;
}

GroupEstimate estimate_unseen(const KernelGroup& group, const TrainingRow& row, const Machine& machine) {
    if (group.configs.empty())
        return estimate(group, features_with(row, row.workload, group.key.cache, machine));
    const auto config = config_for(group, row.features, row.workload);
    return estimate(group, features_with(row, config, group.key.cache, machine));
}

}  // namespace ridge::cost_model
