// SPDX-License-Identifier: Apache-2.0
#include "tuner/search_space.hpp"

#include <algorithm>
#include <numeric>

#include "core/error.hpp"
#include "core/text.hpp"

namespace ridge::tuner {
namespace {

// The walk over a group recurses once for each parameter.
constexpr std::size_t max_parameters = 64;

template <typename T>
const T* find_twice(const std::vector<T>& values) {
    for (std::size_t i = 0; i < values.size(); ++i)
        if (std::find(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(i), values[i]) !=
            values.begin() + static_cast<std::ptrdiff_t>(i))
            return &values[i];
    return nullptr;
}

void check_names(const ParameterSpace& space, const std::string& owner) {
    if (space.parameters.size() > max_parameters)
        throw InputError(owner + ": " + std::to_string(space.parameters.size()) +
                         " parameters, should be at most " + std::to_string(max_parameters));
    std::vector<std::string> names;
    for (const auto& parameter : space.parameters) names.push_back(parameter.name);
    if (const auto* name = find_twice(names))
        throw InputError(owner + ": parameter '" + *name + "' stands twice");
}

void check_values(const ParameterSpace& space, const std::string& owner) {
    for (const auto& parameter : space.parameters) {
        if (parameter.values.empty())
            throw InputError(owner + ": parameter '" + parameter.name + "' has no value");
        if (const auto* value = find_twice(parameter.values))
            throw InputError(owner + ": parameter '" + parameter.name + "' has the value " + text(*value) +
                             " twice");
    }
}

std::vector<const ParameterValue*> default_choice(const ParameterSpace& space, const std::string& owner) {
    std::vector<const ParameterValue*> choice;
    for (const auto& parameter : space.parameters) {
        if (std::ranges::find(parameter.values, parameter.default_value) == parameter.values.end())
            throw InputError(owner + ": the default " + text(parameter.default_value) + " of parameter '" +
                             parameter.name + "' is none of its values");
        choice.push_back(&parameter.default_value);
    }
    return choice;
}

void check_default(const ParameterSpace& space, const std::vector<Constraint>& constraints,
                   const std::string& owner) {
    const auto violated = first_violated(constraints, default_choice(space, owner));
    if (!violated.empty())
        throw InputError(owner + ": the default configuration '" + space.default_config().text() +
                         "' violates the constraint '" + violated + "'");
}

}  // namespace

SearchSpace::SearchSpace(ParameterSpace space, const std::string& owner, const EnumerationLimits& limits)
    : space_(std::move(space)) {
    check_names(space_, owner);
    check_values(space_, owner);
    const auto constraints = bind_constraints(space_, owner);
    for (auto& group : independent_groups(space_.parameters.size(), constraints)) {
        const bool free = std::ranges::none_of(
            constraints, [&](const auto& constraint) { return concerns(constraint, group); });
        add_group({.parameters = group,
                   .ranks = free ? std::vector<std::uint64_t>()
                                 : valid_ranks(space_, group, constraints, owner, limits)},
                  owner);
    }
    check_default(space_, constraints, owner);
    default_index_ = index(space_.default_config()).value();
}

SearchSpace::SearchSpace(ParameterSpace space, const std::vector<KernelConfig>& configs,
                         const std::string& owner)
    : space_(std::move(space)) {
    check_names(space_, owner);
    check_values(space_, owner);
    if (configs.empty()) throw InputError(owner + ": no configuration");
    std::vector<std::size_t> all(space_.parameters.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    static_cast<void>(product(all));
    Group group{.parameters = std::move(all), .ranks = {}};
    for (const auto& config : configs) {
        const auto choice = choice_of(config);
        if (!choice)
            throw InputError(owner + ": the configuration '" + config.text() +
                             "' does not fit its parameters");
        std::uint64_t rank = 0;
        for (std::size_t i = 0; i < choice->size(); ++i)
            rank = rank * space_.parameters[i].values.size() + (*choice)[i];
        group.ranks.push_back(rank);
    }
    std::ranges::sort(group.ranks);
    if (std::ranges::adjacent_find(group.ranks) != group.ranks.end())
        throw InputError(owner + ": a configuration stands twice");
    add_group(std::move(group), owner);
    default_index_ = index(space_.default_config()).value_or(index(configs.front()).value());
}

std::uint64_t SearchSpace::product(const std::vector<std::size_t>& parameters) const {
    std::uint64_t product = 1;
    for (const auto parameter : parameters)
        if (__builtin_mul_overflow(product, space_.parameters[parameter].values.size(), &product))
            throw InputError("the product of the parameters' value counts does not fit into 64 bits");
    return product;
}

void SearchSpace::add_group(Group group, const std::string& owner) {
    try {
        group.size = group.ranks.empty() ? product(group.parameters) : group.ranks.size();
        static_cast<void>(product(group.parameters));
    } catch (const InputError& error) {
        throw InputError(owner + ": " + error.what());
    }
    if (__builtin_mul_overflow(size_, group.size, &size_))
        throw InputError(owner + ": the number of configurations does not fit into 64 bits");
    groups_.push_back(std::move(group));
}

void SearchSpace::choose(std::size_t index, std::span<std::uint32_t> choice) const {
    for (auto group = groups_.rbegin(); group != groups_.rend(); ++group) {
        const auto within = index % group->size;
        index /= group->size;
        auto rank = group->ranks.empty() ? within : group->ranks[within];
        for (auto parameter = group->parameters.rbegin(); parameter != group->parameters.rend();
             ++parameter) {
            const auto values = space_.parameters[*parameter].values.size();
            choice[*parameter] = static_cast<std::uint32_t>(rank % values);
            rank /= values;
        }
    }
}

Choice SearchSpace::choice(std::size_t index) const {
    Choice out(space_.parameters.size());
    choose(index, out);
    return out;
}

KernelConfig SearchSpace::config(std::size_t index) const {
    const auto taken = choice(index);
    KernelConfig config;
    for (std::size_t i = 0; i < taken.size(); ++i)
        config.set(space_.parameters[i].name, space_.parameters[i].values[taken[i]]);
    return config;
}

std::optional<std::size_t> SearchSpace::index(std::span<const std::uint32_t> choice) const {
    std::size_t out = 0;
    for (const auto& group : groups_) {
        std::uint64_t rank = 0;
        for (const auto parameter : group.parameters)
            rank = rank * space_.parameters[parameter].values.size() + choice[parameter];
        if (!group.ranks.empty()) {
            const auto found = std::ranges::lower_bound(group.ranks, rank);
            if (found == group.ranks.end() || *found != rank) return std::nullopt;
            rank = static_cast<std::uint64_t>(found - group.ranks.begin());
        }
        out = out * group.size + rank;
    }
    return out;
}

std::optional<Choice> SearchSpace::choice_of(const KernelConfig& config) const {
    if (config.values().size() != space_.parameters.size()) return std::nullopt;
    Choice choice;
    for (const auto& parameter : space_.parameters) {
        const auto held = config.values().find(parameter.name);
        if (held == config.values().end()) return std::nullopt;
        const auto value = std::ranges::find(parameter.values, held->second);
        if (value == parameter.values.end()) return std::nullopt;
        choice.push_back(static_cast<std::uint32_t>(value - parameter.values.begin()));
    }
    return choice;
}

std::optional<std::size_t> SearchSpace::index(const KernelConfig& config) const {
    const auto choice = choice_of(config);
    return choice ? index(*choice) : std::nullopt;
}

std::size_t SearchSpace::random_index(Random& random) const {
    return static_cast<std::size_t>(below(random, size_));
}

}  // namespace ridge::tuner
