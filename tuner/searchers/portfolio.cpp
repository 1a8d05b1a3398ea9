// SPDX-License-Identifier: Apache-2.0
#include "tuner/searchers/portfolio.hpp"

#include <algorithm>
#include <numeric>

#include "tuner/neighbours.hpp"

namespace ridge::tuner {
namespace {

// The best configurations whose surroundings and children are looked at.
constexpr std::size_t elite_size = 8;
constexpr std::size_t children_bred = 64;
// Gains are forgotten by a twentieth with each proposal. As if these had always been brought.
constexpr double memory = 0.95;
constexpr double gains_of_improvement = 1, gains_of_others = 0.02;

}  // namespace

void Gains::add(std::optional<std::size_t> way) {
    for (auto& gains : gains_) gains *= memory;
    if (way) gains_[*way] += 1;
}

std::size_t Gains::choose_way(double drawn) const {
    auto weight = gains_;
    for (std::size_t way = 0; way < ways; ++way)
        weight[way] += way == 0 ? gains_of_improvement : gains_of_others;
    drawn *= std::accumulate(weight.begin(), weight.end(), 0.0);
    for (std::size_t way = 0; way + 1 < ways; ++way)
        if ((drawn -= weight[way]) < 0) return way;
    return ways - 1;
}

void PortfolioSearcher::reset() {
    gains_ = {};
    last_way_.reset();
    best_before_.reset();
}

// What the last proposal brought, to the way that made it.
void PortfolioSearcher::credit() {
    gains_.add(trials().best() != best_before_ ? last_way_ : std::nullopt);
    best_before_ = trials().best();
}

std::vector<std::size_t> PortfolioSearcher::elite() const {
    auto all = trials().history();
    const auto count = std::min(elite_size, all.size());
    std::ranges::partial_sort(all, all.begin() + static_cast<std::ptrdiff_t>(count), {},
                              [&](std::size_t index) { return trials().value(index); });
    all.resize(count);
    return all;
}

std::vector<std::size_t> PortfolioSearcher::neighbours() const {
    std::vector<std::size_t> out;
    for (const auto index : elite()) {
        const auto near = one_apart(space(), index);
        out.insert(out.end(), near.begin(), near.end());
    }
    return out;
}

std::vector<std::size_t> PortfolioSearcher::children() {
    const auto parents = elite();
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < children_bred; ++i) {
        const auto mother = parents[static_cast<std::size_t>(below(random(), parents.size()))];
        const auto father = parents[static_cast<std::size_t>(below(random(), parents.size()))];
        const auto child = crossed(space(), mother, father, random());
        out.push_back(trials().known(child) ? perturbed(space(), child, 1, random()) : child);
    }
    return out;
}

std::optional<std::size_t> PortfolioSearcher::ask(std::size_t way, const SurrogateModel& model) {
    switch (way) {
        case 0:
            return model.most_promising();
        case 1:
            return model.least_expected(neighbours());
        default:
            return model.least_expected(children());
    }
}

std::size_t PortfolioSearcher::propose(const SurrogateModel& model) {
    credit();
    last_way_ = gains_.choose_way(uniform(random()));
    if (const auto found = ask(*last_way_, model)) return *found;
    last_way_ = 0;
    return model.most_promising().value_or(untried());
}

}  // namespace ridge::tuner
