// SPDX-License-Identifier: Apache-2.0
#include "tuner/aim.hpp"

#include <algorithm>
#include <cmath>

namespace ridge::tuner {
namespace {

std::optional<double> above_zero(const db::Record& record, db::Objective objective) {
    const auto found = db::value(record, objective);
    if (!found) return std::nullopt;
    if (objective == db::Objective::workspace) return std::max(1.0, *found);
    return *found > 0 ? found : std::nullopt;
}

}  // namespace

std::vector<Aim> aims_of(std::span<const db::Objective> objectives) {
    std::vector<Aim> out;
    for (const auto objective : objectives) out.push_back({objective});
    if (objectives.size() > 1) out.emplace_back(objectives.begin(), objectives.end());
    return out;
}

Outcome outcome_of(const db::Record& record, const Aim& aim) {
    Outcome outcome{.status = record.measurement.status, .value = {}};
    if (!record.summary) return outcome;
    double logarithms = 0;
    for (const auto objective : aim) {
        const auto value = above_zero(record, objective);
        if (!value) return {.status = Status::failed, .value = {}};
        logarithms += std::log(*value);
    }
    outcome.value = aim.size() == 1 ? *above_zero(record, aim.front())
                                    : std::exp(logarithms / static_cast<double>(aim.size()));
    return outcome;
}

}  // namespace ridge::tuner
