// SPDX-License-Identifier: Apache-2.0
#include "cost_model/kernel/kinship.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "cost_model/kernel/parallel.hpp"

namespace ridge::cost_model {
namespace {

constexpr std::size_t steps = 6, of_implementation = 2;
constexpr std::array<const char*, steps> kin_at = {"other regimes",    "other implementations",
                                                   "other operators",  "other kinds of sparsity",
                                                   "other precisions", "other cache states and versions"};

using Paths = std::array<std::string, steps>;

// From the furthest kin to the nearest.
Paths paths_of(const GroupKey& key) {
    const auto implementation = key.regime + "|" + key.implementation;
    const auto kernel = implementation + "|" + key.op;
    const auto kind =
        kernel + "|" + std::string(name(key.sparsity)) + "|" + std::string(name(key.activation_sparsity));
    return {"", key.regime, implementation, kernel, kind, kind + "|" + key.formats};
}

// Each path beside the one that it has its prior from.
using Descent = std::array<std::set<std::pair<std::string, std::string>>, steps>;

Descent descent_of(const SeenGroups& seen) {
    Descent out;
    for (const auto& [key, rows] : seen) {
        if (rows.size() >= calls_to_stand_alone) continue;
        const auto paths = paths_of(key);
        for (std::size_t step = 0; step < steps; ++step)
            out.at(step).emplace(paths.at(step), step == 0 ? "" : paths.at(step - 1));
    }
    return out;
}

std::optional<KernelParameters> fit_below(const RowPointers& rows,
                                          const std::optional<KernelParameters>& former) {
    return fit_parameters(rows, former ? &*former : nullptr);
}

}  // namespace

void Kinship::gather(const SeenGroups& seen) {
    for (const auto& [key, rows] : seen) {
        own_.emplace(key, rows.size());
        for (const auto& path : paths_of(key)) {
            auto& all = relatives_[path].rows;
            all.insert(all.end(), rows.begin(), rows.end());
        }
    }
}

const Kinship::Relatives* Kinship::find(const std::string& path) const {
    const auto found = relatives_.find(path);
    return found == relatives_.end() ? nullptr : &found->second;
}

const char* Kinship::nearest_kin(const GroupKey& key) const {
    const auto own = own_.find(key);
    const auto paths = paths_of(key);
    for (std::size_t step = steps; step-- > 0;)
        if (const auto* here = find(paths.at(step));
            here && here->rows.size() > (own == own_.end() ? 0 : own->second))
            return kin_at.at(step);
    return "";
}

Kinship::Kinship(const SeenGroups& seen) {
    gather(seen);
    const auto descent = descent_of(seen);
    for (std::size_t step = 0; step < steps; ++step) {
        const std::vector paths(descent.at(step).begin(), descent.at(step).end());
        for_each_parallel(paths.size(), [&](std::size_t i) {
            const auto& [path, former_path] = paths[i];
            auto& here = relatives_.at(path);
            const auto former = step == 0 ? std::nullopt : relatives_.at(former_path).parameters;
            here.parameters = fit_below(here.rows, former);
            if (!here.parameters) here.parameters = former;
        });
    }
}

std::optional<Lent> Kinship::lend(const GroupKey& key, const TrainingRow* left_out) const {
    const auto paths = paths_of(key);
    const auto* furthest = find(paths.front());
    if (!furthest || furthest->rows.size() < least_calls) return std::nullopt;
    auto parameters = furthest->parameters;
    bool of_own_implementation = false;
    for (std::size_t step = of_implementation; step < steps; ++step) {
        const auto* here = find(paths.at(step));
        if (!here) continue;
        auto rows = here->rows;
        const bool without = left_out != nullptr && std::erase(rows, left_out) > 0;
        if (rows.empty()) continue;
        parameters = without ? fit_below(rows, parameters) : here->parameters;
        if (!parameters) return std::nullopt;
        of_own_implementation = true;
    }
    if (!of_own_implementation) return std::nullopt;
    return Lent{*parameters, nearest_kin(key)};
}

}  // namespace ridge::cost_model
