// SPDX-License-Identifier: Apache-2.0
#include "tuner/searchers/evolution.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "tuner/neighbours.hpp"

namespace ridge::tuner {
namespace {

constexpr std::size_t population_size = 20;
// Weight of the difference and probability of crossover that Storn and Price recommend to begin with.
constexpr double difference_weight = 0.8;
constexpr std::uint64_t crossover_percent = 90;
// Children in a row that were known already, after which a population has nothing new to give.
constexpr std::size_t patience = 2 * population_size;

}  // namespace

void Evolution::join(std::size_t index, double value) { population_.push_back({index, value}); }

void Evolution::compete(const Child& child, double value) {
    const bool there = std::ranges::find(population_, child.index, &Member::index) != population_.end();
    auto& rival = population_[child.rival];
    if (value <= rival.value && !there) rival = {child.index, value};
}

const Evolution::Member& Evolution::any() {
    return population_[static_cast<std::size_t>(below(random(), population_.size()))];
}

Task Evolution::strategy() {
    const auto size = std::min(population_size, space().size());
    for (auto index = space().default_index();; index = untried()) {
        population_.clear();
        for (; population_.size() < size; index = untried()) {
            const double value = co_await evaluate(index);
            join(index, value);
        }
        for (std::size_t vain = 0; vain < patience;) {
            const auto before = trials().count();
            const auto next = child();
            const double value = co_await evaluate(next.index);
            vain = trials().count() > before ? 0 : vain + 1;
            compete(next, value);
        }
    }
}

std::size_t GeneticSearcher::parent() {
    const auto& one = any();
    const auto& other = any();
    return other.value < one.value ? other.index : one.index;
}

std::size_t GeneticSearcher::worst() const {
    return static_cast<std::size_t>(std::ranges::max_element(population(), {}, &Member::value) -
                                    population().begin());
}

Evolution::Child GeneticSearcher::child() {
    const auto mother = parent(), father = parent();
    return {perturbed(space(), crossed(space(), mother, father, random()), 1, random()), worst()};
}

Evolution::Child DifferentialEvolutionSearcher::child() {
    const auto rival = static_cast<std::size_t>(below(random(), population().size()));
    const auto own = space().choice(population()[rival].index);
    const auto base = space().choice(any().index);
    const auto plus = space().choice(any().index), minus = space().choice(any().index);
    auto choice = own;
    for (std::size_t i = 0; i < choice.size(); ++i) {
        if (below(random(), 100) >= crossover_percent) continue;
        const double moved = base[i] + difference_weight * (static_cast<double>(plus[i]) - minus[i]);
        const double last = static_cast<double>(space().parameters().parameters[i].values.size()) - 1;
        choice[i] = static_cast<std::uint32_t>(std::lround(std::clamp(moved, 0.0, last)));
    }
    const auto index = repaired(space(), std::move(choice), own, random());
    return {trials().known(index) ? perturbed(space(), index, 1, random()) : index, rival};
}

}  // namespace ridge::tuner
