// SPDX-License-Identifier: Apache-2.0
#include "tuner/simulation.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <unordered_map>

#include "core/error.hpp"
#include "tuner/joint_prior.hpp"

namespace ridge::tuner {
namespace {

SearchSpace space_of(const RecordedSpace& recorded) {
    std::vector<KernelConfig> configs;
    for (const auto& one : recorded.configs) configs.push_back(one.config);
    return {recorded.parameters, configs, "recorded space '" + recorded.kernel + "'"};
}

}  // namespace

Replay::Replay(const RecordedSpace& recorded) : space_(space_of(recorded)) {
    outcomes_.resize(space_.size());
    costs_s_.resize(space_.size());
    for (const auto& one : recorded.configs) {
        const auto index = space_.index(one.config).value();
        outcomes_[index] = {.status = one.status, .value = one.objective};
        costs_s_[index] = one.cost_s();
        if (one.objective) values_.push_back(*one.objective);
    }
    if (values_.empty()) throw InputError("recorded space '" + recorded.kernel + "': no configuration is ok");
    std::ranges::sort(values_, std::greater());
}

std::vector<SimulatedTrial> Replay::run(Searcher& searcher, std::uint64_t seed,
                                        const SimulationBudget& budget, const Prior& prior) const {
    Random random(seed);
    auto space = space_;
    space.set_default(space.random_index(random));
    searcher.start(space, seed, prior);
    std::vector<SimulatedTrial> trials;
    SimulatedTrial last;
    while (trials.size() < budget.evaluations && last.elapsed_s < budget.time_s) {
        const auto index = searcher.next();
        if (!index) break;
        const auto& outcome = outcomes_[*index];
        last.index = *index;
        last.elapsed_s += costs_s_[*index];
        last.value = outcome.value;
        if (outcome.value && (!last.best || *outcome.value < *last.best)) last.best = outcome.value;
        trials.push_back(last);
        searcher.tell(*index, outcome);
    }
    return trials;
}

Prior prior_from(const RecordedSpace& other, const SearchSpace& space) {
    std::vector<std::string> common;
    for (const auto& parameter : space.parameters().parameters)
        if (std::ranges::find(other.parameters.parameters, parameter.name, &TunableParameter::name) !=
            other.parameters.parameters.end())
            common.push_back(parameter.name);
    if (common.empty())
        throw InputError("prior '" + other.kernel +
                         "': it has none of the parameters of the space; is it another kernel's?");
    const auto key = [common](const KernelConfig& config) {
        KernelConfig part;
        for (const auto& name : common) part.set(name, config.values().at(name));
        return part.text();
    };
    auto known = std::make_shared<std::unordered_map<std::string, double>>();
    for (const auto& one : other.configs) {
        if (!one.objective) continue;
        const auto [entry, added] = known->emplace(key(one.config), *one.objective);
        if (!added) entry->second = std::min(entry->second, *one.objective);
    }
    return [known, key, &space](std::size_t index) -> std::optional<double> {
        const auto found = known->find(key(space.config(index)));
        return found == known->end() ? std::nullopt : std::optional(found->second);
    };
}

Prior prior_from(std::span<const RecordedSpace> others, const SearchSpace& space) {
    std::vector<KnownTimes> sources;
    for (const auto& other : others) {
        const auto prior = prior_from(other, space);
        auto& times = sources.emplace_back();
        for (std::size_t index = 0; index < space.size(); ++index)
            if (const auto value = prior(index)) times.emplace(index, *value);
    }
    std::ranges::stable_sort(sources, std::greater(), &KnownTimes::size);
    return joint_prior(sources);
}

}  // namespace ridge::tuner
