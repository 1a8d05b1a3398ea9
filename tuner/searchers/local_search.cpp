// SPDX-License-Identifier: Apache-2.0
#include "tuner/searchers/local_search.hpp"

#include <utility>

#include "tuner/neighbours.hpp"

namespace ridge::tuner {
namespace {

// Vain attempts to leave a minimum before the search begins elsewhere.
constexpr int patience = 8;
// Parameters drawn anew to leave a minimum.
constexpr std::size_t kick = 3;

}  // namespace

std::size_t LocalSearch::draw_neighbour() {
    const auto drawn = static_cast<std::size_t>(below(random(), neighbours_.size()));
    const auto out = std::exchange(neighbours_[drawn], neighbours_.back());
    neighbours_.pop_back();
    return out;
}

Task LocalSearch::descend(std::size_t& here) {
    double value = co_await evaluate(here);
    neighbours_ = one_apart(space(), here);
    while (!neighbours_.empty()) {
        const auto candidate = draw_neighbour();
        const double other = co_await evaluate(candidate);
        if (other >= value) continue;
        here = candidate, value = other;
        neighbours_ = one_apart(space(), here);
    }
}

Task GreedySearcher::strategy() {
    for (auto here = space().default_index();; here = untried()) co_await descend(here);
}

Task IteratedSearcher::strategy() {
    auto home = space().default_index();
    co_await descend(home);
    for (int vain = 0;;) {
        if (vain == patience) {
            home = untried();
            co_await descend(home);
            vain = 0;
        }
        auto reached = perturbed(space(), home, kick, random());
        co_await descend(reached);
        const bool better = trials().value(reached) < trials().value(home);
        if (better) home = reached;
        vain = better ? 0 : vain + 1;
    }
}

}  // namespace ridge::tuner
