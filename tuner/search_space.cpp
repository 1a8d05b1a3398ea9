// SPDX-License-Identifier: Apache-2.0
#include "tuner/search_space.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/text.hpp"
#include "tuner/expression.hpp"

namespace ridge::tuner {
namespace {

// The walk recurses once for each parameter.
constexpr std::size_t max_parameters = 64;

std::vector<std::string> names_of(const ParameterSpace& space) {
    std::vector<std::string> names;
    for (const auto& parameter : space.parameters) names.push_back(parameter.name);
    return names;
}

template <typename T>
const T* find_twice(const std::vector<T>& values) {
    for (std::size_t i = 0; i < values.size(); ++i)
        if (std::find(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(i), values[i]) !=
            values.begin() + static_cast<std::ptrdiff_t>(i))
            return &values[i];
    return nullptr;
}

void check_parameters(const ParameterSpace& space, const std::string& owner) {
    if (space.parameters.size() > max_parameters)
        throw InputError(owner + ": " + std::to_string(space.parameters.size()) +
                         " parameters, should be at most " + std::to_string(max_parameters));
    const auto names = names_of(space);
    if (const auto* name = find_twice(names))
        throw InputError(owner + ": parameter '" + *name + "' stands twice");
    for (const auto& parameter : space.parameters) {
        if (parameter.values.empty())
            throw InputError(owner + ": parameter '" + parameter.name + "' has no value");
        if (const auto* value = find_twice(parameter.values))
            throw InputError(owner + ": parameter '" + parameter.name + "' has the value " + text(*value) +
                             " twice");
    }
}

/// A constraint, and where the values of its names stand among the parameters.
struct Bound {
    Expression expression;
    std::vector<std::size_t> parameters;
    std::size_t depth = 0;  ///< parameters that have to be chosen before it can be looked at
};

Bound bind(const std::string& constraint, const std::vector<std::string>& names, const std::string& owner) {
    Bound bound{.expression = Expression::parse(constraint), .parameters = {}};
    for (const auto& name : bound.expression.names()) {
        const auto found = std::ranges::find(names, name);
        if (found == names.end()) {
            const auto near = nearest(name, names);
            throw InputError(
                owner + ": constraint '" + constraint + "' names '" + name + "', which is no parameter" +
                (near.empty() ? "; known: " + join(names, ", ") : "; did you mean '" + near + "'?"));
        }
        bound.parameters.push_back(static_cast<std::size_t>(found - names.begin()));
        bound.depth = std::max(bound.depth, bound.parameters.back() + 1);
    }
    return bound;
}

/// Depth-first walk that leaves a branch as soon as a constraint whose names are all chosen does not hold.
class Enumeration {
  public:
    Enumeration(const ParameterSpace& space, const std::string& owner, std::uint64_t max_visited)
        : space_(space),
          owner_(owner),
          max_visited_(max_visited),
          at_depth_(space.parameters.size() + 1),
          chosen_(space.parameters.size()) {
        const auto names = names_of(space);
        for (const auto& constraint : space.constraints) {
            auto bound = bind(constraint, names, owner);
            at_depth_[bound.depth].push_back(std::move(bound));
        }
    }

    std::vector<std::uint64_t> run() {
        descend(0, 0);
        if (ranks_.empty()) refuse_empty();
        return std::move(ranks_);
    }

    /// The first constraint that does not hold for a choice of a value for every parameter.
    std::optional<std::string> violated(const std::vector<const ParameterValue*>& choice) {
        chosen_ = choice;
        for (const auto& level : at_depth_)
            if (const auto* bound = first_refusing(level)) return bound->expression.text();
        return std::nullopt;
    }

  private:
    void descend(std::size_t depth, std::uint64_t rank) {
        if (++visited_ > max_visited_)
            throw InputError(
                owner_ + ": the search space is too large to enumerate (more than " +
                std::to_string(max_visited_) +
                " partial configurations); constraints over the first parameters would make it smaller");
        if (const auto* refusing = first_refusing(at_depth_[depth])) return note(refusing, depth);
        if (depth == space_.parameters.size()) return ranks_.push_back(rank);
        const auto& values = space_.parameters[depth].values;
        for (std::size_t i = 0; i < values.size(); ++i) {
            chosen_[depth] = &values[i];
            descend(depth + 1, rank * values.size() + i);
        }
    }

    const Bound* first_refusing(const std::vector<Bound>& level) const {
        for (const auto& bound : level) {
            std::vector<const ParameterValue*> values;
            for (const auto parameter : bound.parameters) values.push_back(chosen_[parameter]);
            if (!truth(bound.expression.evaluate(values))) return &bound;
        }
        return nullptr;
    }

    void note(const Bound* refusing, std::size_t depth) {
        if (depth > deepest_ || blamed_.empty()) deepest_ = depth, blamed_.clear();
        const auto& text = refusing->expression.text();
        if (depth == deepest_ && std::ranges::find(blamed_, text) == blamed_.end()) blamed_.push_back(text);
    }

    [[noreturn]] void refuse_empty() const {
        throw InputError(owner_ + ": no configuration satisfies all constraints; the last to refuse: '" +
                         join(blamed_, "', '") + "'");
    }

    const ParameterSpace& space_;
    const std::string& owner_;
    std::uint64_t max_visited_;
    std::vector<std::vector<Bound>> at_depth_;
    std::vector<const ParameterValue*> chosen_;
    std::vector<std::uint64_t> ranks_;
    std::uint64_t visited_ = 0;
    std::size_t deepest_ = 0;
    std::vector<std::string> blamed_;
};

void check_product(const ParameterSpace& space, const std::string& owner) {
    std::uint64_t product = 1;
    for (const auto& parameter : space.parameters)
        if (__builtin_mul_overflow(product, parameter.values.size(), &product))
            throw InputError(owner +
                             ": the product of the parameters' value counts does not fit into 64 bits");
}

void check_default(const ParameterSpace& space, const std::string& owner, std::uint64_t max_visited) {
    std::vector<const ParameterValue*> choice;
    for (const auto& parameter : space.parameters) {
        if (std::ranges::find(parameter.values, parameter.default_value) == parameter.values.end())
            throw InputError(owner + ": the default " + text(parameter.default_value) + " of parameter '" +
                             parameter.name + "' is none of its values");
        choice.push_back(&parameter.default_value);
    }
    if (const auto constraint = Enumeration(space, owner, max_visited).violated(choice))
        throw InputError(owner + ": the default configuration '" + space.default_config().text() +
                         "' violates the constraint '" + *constraint + "'");
}

}  // namespace

SearchSpace::SearchSpace(ParameterSpace space, const std::string& owner, std::uint64_t max_visited)
    : space_(std::move(space)) {
    check_parameters(space_, owner);
    check_product(space_, owner);
    ranks_ = Enumeration(space_, owner, max_visited).run();
    check_default(space_, owner, max_visited);
    default_index_ = index(space_.default_config()).value();
}

KernelConfig SearchSpace::config(std::size_t index) const {
    auto rank = ranks_.at(index);
    KernelConfig config;
    for (auto parameter = space_.parameters.rbegin(); parameter != space_.parameters.rend(); ++parameter) {
        config.set(parameter->name, parameter->values[rank % parameter->values.size()]);
        rank /= parameter->values.size();
    }
    return config;
}

std::optional<std::size_t> SearchSpace::index(const KernelConfig& config) const {
    if (config.values().size() != space_.parameters.size()) return std::nullopt;
    std::uint64_t rank = 0;
    for (const auto& parameter : space_.parameters) {
        const auto held = config.values().find(parameter.name);
        if (held == config.values().end()) return std::nullopt;
        const auto value = std::ranges::find(parameter.values, held->second);
        if (value == parameter.values.end()) return std::nullopt;
        rank = rank * parameter.values.size() + static_cast<std::uint64_t>(value - parameter.values.begin());
    }
    const auto found = std::ranges::lower_bound(ranks_, rank);
    if (found == ranks_.end() || *found != rank) return std::nullopt;
    return static_cast<std::size_t>(found - ranks_.begin());
}

std::size_t SearchSpace::random_index(Random& random) const {
    return static_cast<std::size_t>(below(random, ranks_.size()));
}

}  // namespace ridge::tuner
