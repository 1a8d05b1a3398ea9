// SPDX-License-Identifier: Apache-2.0
#include "tuner/formats/first_valid.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "tuner/expression.hpp"

namespace ridge::tuner {
namespace {

// Depth first; a constraint is looked at as soon as its last name has a value.
class Walk {
  public:
    Walk(const ParameterSpace& space, std::size_t most_visited)
        : space_(space), left_(most_visited), due_(space.parameters.size() + 1) {
        for (const auto& text : space.constraints) {
            auto expression = Expression::parse(text);
            std::size_t last = 0;
            for (const auto& name : expression.names()) last = std::max(last, 1 + position(name, text));
            due_[last].push_back(std::move(expression));
        }
    }

    FirstValid run() {
        const bool found = holds(0) && step(0);
        return {found ? std::optional(config_) : std::nullopt, left_ > 0};
    }

  private:
    [[nodiscard]] std::size_t position(const std::string& name, const std::string& constraint) const {
        const auto found = std::ranges::find(space_.parameters, name, &TunableParameter::name);
        if (found == space_.parameters.end())
            throw InputError("'" + constraint + "' names '" + name + "', which is no parameter");
        return static_cast<std::size_t>(found - space_.parameters.begin());
    }

    [[nodiscard]] bool holds(std::size_t assigned) const {
        return std::ranges::all_of(due_[assigned], [&](const Expression& expression) {
            return truth(expression.evaluate(config_));
        });
    }

    bool step(std::size_t at) {
        if (at == space_.parameters.size()) return true;
        for (const auto& value : space_.parameters[at].values) {
            if (left_ == 0) return false;
            --left_;
            config_.set(space_.parameters[at].name, value);
            if (holds(at + 1) && step(at + 1)) return true;
        }
        return false;
    }

    const ParameterSpace& space_;
    std::size_t left_;
    std::vector<std::vector<Expression>> due_;  // by the number of parameters that have a value
    KernelConfig config_;
};

}  // namespace

FirstValid first_valid(const ParameterSpace& space, std::size_t most_visited) {
    return Walk(space, most_visited).run();
}

bool fulfils(const ParameterSpace& space, const KernelConfig& config) {
    return std::ranges::all_of(space.constraints, [&](const std::string& text) {
        return truth(Expression::parse(text).evaluate(config));
    });
}

}  // namespace ridge::tuner
