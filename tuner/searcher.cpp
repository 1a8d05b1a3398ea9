// SPDX-License-Identifier: Apache-2.0
#include "tuner/searcher.hpp"

#include <algorithm>
#include <array>

#include "core/error.hpp"
#include "core/text.hpp"
#include "tuner/searchers/annealing.hpp"
#include "tuner/searchers/bayesian.hpp"
#include "tuner/searchers/evolution.hpp"
#include "tuner/searchers/exhaustive.hpp"
#include "tuner/searchers/local_search.hpp"
#include "tuner/searchers/portfolio.hpp"
#include "tuner/searchers/random.hpp"

namespace ridge::tuner {
namespace {

template <typename S>
std::unique_ptr<Searcher> make() {
    return std::make_unique<S>();
}

template <typename S>
constexpr SearcherInfo row(std::string_view summary) {
    return {S::registered_name, summary, make<S>};
}

constexpr std::array registry = {
    row<PortfolioSearcher>("several ways of proposing over one model, by what each brought so far"),
    row<BayesianSearcher>("the greatest expected improvement by a Gaussian process of what was measured"),
    row<GreedySearcher>("downhill by one parameter at a time, from one random configuration after the other"),
    row<IteratedSearcher>(
        "downhill, then a step of several parameters away from the minimum, and downhill again"),
    row<AnnealingSearcher>("simulated annealing, its temperature in units of the steps met"),
    row<GeneticSearcher>("a genetic algorithm: tournament, uniform crossover, mutation"),
    row<DifferentialEvolutionSearcher>("differential evolution on the positions of the values"),
    row<RandomSearcher>("configurations in a random order"),
    row<ExhaustiveSearcher>("every configuration in the order of the space"),
};
}  // namespace

std::span<const SearcherInfo> searchers() { return registry; }

std::unique_ptr<Searcher> make_searcher(std::string_view name) {
    const auto found = std::ranges::find(registry, name, &SearcherInfo::name);
    if (found != registry.end()) return found->make();
    std::vector<std::string> known;
    for (const auto& info : registry) known.emplace_back(info.name);
    const auto near = nearest(name, known);
    throw InputError("there is no searcher '" + std::string(name) + "'; " +
                     (near.empty() ? "known: " + join(known, ", ") : "did you mean '" + near + "'?"));
}

}  // namespace ridge::tuner
