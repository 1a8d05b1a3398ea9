// SPDX-License-Identifier: Apache-2.0
#include "tuner/constraints.hpp"

#include <algorithm>
#include <numeric>

#include "core/error.hpp"
#include "core/text.hpp"

namespace ridge::tuner {
namespace {

std::size_t parameter_named(const std::string& name, const std::string& constraint,
                            const std::vector<std::string>& names, const std::string& owner) {
    const auto found = std::ranges::find(names, name);
    if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
    const auto near = nearest(name, names);
    throw InputError(owner + ": constraint '" + constraint + "' names '" + name + "', which is no parameter" +
                     (near.empty() ? "; known: " + join(names, ", ") : "; did you mean '" + near + "'?"));
}

bool holds(const Constraint& constraint, const std::vector<const ParameterValue*>& chosen,
           std::vector<const ParameterValue*>& values) {
    values.clear();
    for (const auto parameter : constraint.parameters) values.push_back(chosen[parameter]);
    return truth(constraint.expression.evaluate(values));
}

bool all_in(const std::vector<std::size_t>& few, const std::vector<std::size_t>& many) {
    return std::ranges::all_of(few,
                               [&](std::size_t one) { return std::ranges::find(many, one) != many.end(); });
}

/// Depth-first walk over one group. Parameters are chosen in the order that lets constraints speak early, and
/// a branch is left as soon as a constraint whose names are all chosen does not hold.
class Walk {
  public:
    Walk(const ParameterSpace& space, const std::vector<std::size_t>& group,
         const std::vector<Constraint>& constraints, const std::string& owner,
         const EnumerationLimits& limits)
        : space_(space), owner_(owner), limits_(limits), chosen_(space.parameters.size()) {
        for (const auto& constraint : constraints)
            if (concerns(constraint, group)) constraints_.push_back(&constraint);
        // Of two constraints that can be looked at together the one over fewer names is first: "b > 0" guards
        // "a % b == 0".
        std::ranges::stable_sort(constraints_, {},
                                 [](const Constraint* one) { return one->parameters.size(); });
        set_order(group);
        set_digits(group);
    }

    std::vector<std::uint64_t> run() {
        descend(0, 0);
        if (ranks_.empty()) refuse_empty();
        std::ranges::sort(ranks_);
        return std::move(ranks_);
    }

  private:
    const std::vector<ParameterValue>& values(std::size_t parameter) const {
        return space_.parameters[parameter].values;
    }

    // Next comes the parameter that completes a constraint with the fewest others, of these the one with the
    // fewest values.
    void set_order(const std::vector<std::size_t>& group) {
        take_constraints();
        while (order_.size() < group.size()) {
            const auto next = std::ranges::min(group, {}, [&](std::size_t parameter) {
                return std::tuple(std::ranges::find(order_, parameter) != order_.end(),
                                  missing_with(parameter), values(parameter).size());
            });
            order_.push_back(next);
            take_constraints();
        }
    }

    // How many parameters the constraint over `parameter` that is nearest to complete lacks.
    std::size_t missing_with(std::size_t parameter) const {
        std::size_t least = chosen_.size() + 1;
        for (const auto* constraint : constraints_) {
            const auto& own = constraint->parameters;
            if (std::ranges::find(own, parameter) == own.end()) continue;
            const auto lacks = std::ranges::count_if(
                own, [&](std::size_t one) { return std::ranges::find(order_, one) == order_.end(); });
            least = std::min(least, static_cast<std::size_t>(lacks));
        }
        return least;
    }

    // The constraints that the parameters chosen so far complete are looked at from this depth on.
    void take_constraints() {
        auto& now = at_depth_.emplace_back();
        std::erase_if(constraints_, [&](const Constraint* constraint) {
            if (!all_in(constraint->parameters, order_)) return false;
            now.push_back(constraint);
            return true;
        });
    }

    void set_digits(const std::vector<std::size_t>& group) {
        weight_.assign(chosen_.size(), 0);
        std::uint64_t weight = 1;
        for (auto parameter = group.rbegin(); parameter != group.rend(); ++parameter) {
            weight_[*parameter] = weight;
            weight *= values(*parameter).size();
        }
    }

    void descend(std::size_t depth, std::uint64_t rank) {
        if (++visited_ > limits_.visited || ranks_.size() >= limits_.valid) refuse_size();
        if (const auto* refusing = first_refusing(at_depth_[depth])) return note(*refusing, depth);
        if (depth == order_.size()) return ranks_.push_back(rank);
        const auto parameter = order_[depth];
        for (std::size_t i = 0; i < values(parameter).size(); ++i) {
            chosen_[parameter] = &values(parameter)[i];
            descend(depth + 1, rank + i * weight_[parameter]);
        }
    }

    const Constraint* first_refusing(const std::vector<const Constraint*>& level) {
        const auto refusing = std::ranges::find_if(
            level, [&](const Constraint* constraint) { return !is_fulfilled(*constraint); });
        return refusing == level.end() ? nullptr : *refusing;
    }

    // What cannot be evaluated is named with the values at which it cannot.
    bool is_fulfilled(const Constraint& constraint) {
        try {
            return holds(constraint, chosen_, buffer_);
        } catch (const InputError& error) {
            std::vector<std::string> at;
            for (const auto parameter : constraint.parameters)
                at.push_back(space_.parameters[parameter].name + "=" + text(*chosen_[parameter]));
            throw InputError(owner_ + ": " + error.what() + ", with " + join(at, " "));
        }
    }

    void note(const Constraint& refusing, std::size_t depth) {
        if (depth > deepest_ || blamed_.empty()) deepest_ = depth, blamed_.clear();
        const auto& text = refusing.expression.text();
        if (depth == deepest_ && std::ranges::find(blamed_, text) == blamed_.end()) blamed_.push_back(text);
    }

    [[noreturn]] void refuse_empty() const {
        throw InputError(owner_ + ": no configuration satisfies all constraints; the last to refuse: '" +
                         join(blamed_, "', '") + "'");
    }

    [[noreturn]] void refuse_size() const {
        const bool visited = visited_ > limits_.visited;
        throw InputError(owner_ + ": the search space is too large to enumerate (more than " +
                         (visited ? std::to_string(limits_.visited) + " partial"
                                  : std::to_string(limits_.valid) + " valid") +
                         " configurations of parameters that hang together by constraints); constraints over "
                         "fewer parameters, or fewer values, would make it smaller");
    }

    const ParameterSpace& space_;
    const std::string& owner_;
    EnumerationLimits limits_;
    std::vector<const ParameterValue*> chosen_, buffer_;
    std::vector<const Constraint*> constraints_;  // not yet in at_depth_
    std::vector<std::size_t> order_;
    std::vector<std::vector<const Constraint*>> at_depth_;
    std::vector<std::uint64_t> weight_;
    std::vector<std::uint64_t> ranks_;
    std::uint64_t visited_ = 0;
    std::size_t deepest_ = 0;
    std::vector<std::string> blamed_;
};

}  // namespace

bool concerns(const Constraint& constraint, const std::vector<std::size_t>& group) {
    return constraint.parameters.empty() ||
           std::ranges::find(group, constraint.parameters.front()) != group.end();
}

std::vector<Constraint> bind_constraints(const ParameterSpace& space, const std::string& owner) {
    std::vector<std::string> names;
    for (const auto& parameter : space.parameters) names.push_back(parameter.name);
    std::vector<Constraint> out;
    for (const auto& text : space.constraints) {
        Constraint constraint{.expression = Expression::parse(text), .parameters = {}};
        for (const auto& name : constraint.expression.names())
            constraint.parameters.push_back(parameter_named(name, text, names, owner));
        out.push_back(std::move(constraint));
    }
    return out;
}

std::vector<std::vector<std::size_t>> independent_groups(std::size_t parameters,
                                                         const std::vector<Constraint>& constraints) {
    std::vector<std::size_t> group_of(parameters);
    std::iota(group_of.begin(), group_of.end(), std::size_t{0});
    for (const auto& constraint : constraints)
        for (const auto parameter : constraint.parameters) {
            const auto from = group_of[parameter], to = group_of[constraint.parameters.front()];
            std::ranges::replace(group_of, from, to);
        }
    std::vector<std::vector<std::size_t>> groups(parameters);
    for (std::size_t i = 0; i < parameters; ++i) groups[group_of[i]].push_back(i);
    std::erase_if(groups, [](const auto& group) { return group.empty(); });
    std::ranges::sort(groups);
    return groups;
}

std::vector<std::uint64_t> valid_ranks(const ParameterSpace& space, const std::vector<std::size_t>& group,
                                       const std::vector<Constraint>& constraints, const std::string& owner,
                                       const EnumerationLimits& limits) {
    return Walk(space, group, constraints, owner, limits).run();
}

std::string first_violated(const std::vector<Constraint>& constraints,
                           const std::vector<const ParameterValue*>& choice) {
    std::vector<const ParameterValue*> values;
    const auto found = std::ranges::find_if(
        constraints, [&](const Constraint& constraint) { return !holds(constraint, choice, values); });
    return found == constraints.end() ? std::string() : found->expression.text();
}

}  // namespace ridge::tuner
