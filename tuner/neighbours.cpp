// SPDX-License-Identifier: Apache-2.0
#include "tuner/neighbours.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace ridge::tuner {
namespace {

// Constraints often tie parameters so that most draws are not valid.
constexpr int tries = 64;

std::uint32_t count_of(const SearchSpace& space, std::size_t parameter) {
    return static_cast<std::uint32_t>(space.parameters().parameters[parameter].values.size());
}

}  // namespace

std::vector<std::size_t> one_apart(const SearchSpace& space, std::size_t index) {
    std::vector<std::size_t> out;
    auto choice = space.choice(index);
    for (std::size_t parameter = 0; parameter < choice.size(); ++parameter) {
        const auto own = choice[parameter];
        for (std::uint32_t value = 0; value < count_of(space, parameter); ++value) {
            if (value == own) continue;
            choice[parameter] = value;
            if (const auto other = space.index(choice)) out.push_back(*other);
        }
        choice[parameter] = own;
    }
    return out;
}

std::size_t perturbed(const SearchSpace& space, std::size_t index, std::size_t parameters, Random& random) {
    const auto from = space.choice(index);
    if (from.empty()) return index;
    for (int i = 0; i < tries; ++i) {
        auto choice = from;
        for (std::size_t j = 0; j < parameters; ++j) {
            const auto parameter = static_cast<std::size_t>(below(random, choice.size()));
            choice[parameter] = static_cast<std::uint32_t>(below(random, count_of(space, parameter)));
        }
        const auto found = space.index(choice);
        if (found && *found != index) return *found;
    }
    return space.random_index(random);
}

std::size_t repaired(const SearchSpace& space, Choice choice, const Choice& fallback, Random& random) {
    std::vector<std::size_t> order(choice.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    for (std::size_t i = order.size(); i > 1; --i)
        std::swap(order[i - 1], order[static_cast<std::size_t>(below(random, i))]);
    for (const auto parameter : order) {
        if (const auto found = space.index(choice)) return *found;
        choice[parameter] = fallback[parameter];
    }
    return space.index(choice).value();
}

std::size_t crossed(const SearchSpace& space, std::size_t mother, std::size_t father, Random& random) {
    const auto first = space.choice(mother), second = space.choice(father);
    auto choice = first;
    for (std::size_t i = 0; i < choice.size(); ++i)
        if (below(random, 2) == 1) choice[i] = second[i];
    return repaired(space, std::move(choice), first, random);
}

}  // namespace ridge::tuner
