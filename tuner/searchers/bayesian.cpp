// SPDX-License-Identifier: Apache-2.0
#include "tuner/searchers/bayesian.hpp"

#include <algorithm>
#include <cmath>

namespace ridge::tuner {
namespace {

// Random configurations of which the one that is farthest from all others is taken.
constexpr int drawn_for_distance = 20;
// While not even the default is ok.
constexpr int sampled_by_prior = 1000;
// A model needs a few values; while configurations fail, so many times as many are tried to get them.
constexpr std::size_t least_design = 6;
constexpr std::size_t patience = 4;

std::size_t design_size(const SearchSpace& space) {
    const auto tunable = std::ranges::count_if(space.parameters().parameters,
                                               [](const auto& one) { return one.values.size() > 1; });
    return std::max(least_design, static_cast<std::size_t>(tunable) + 2);
}

std::size_t ok_count(const Trials& trials) {
    return static_cast<std::size_t>(std::ranges::count_if(
        trials.history(), [&](std::size_t index) { return std::isfinite(trials.value(index)); }));
}

// Sum over the parameters of how many places two choices are apart, as a share of all places.
double distance(const SearchSpace& space, const Choice& one, const Choice& other) {
    double sum = 0;
    for (std::size_t i = 0; i < one.size(); ++i) {
        const auto places = space.parameters().parameters[i].values.size();
        sum += std::abs(static_cast<double>(one[i]) - other[i]) / static_cast<double>(places);
    }
    return sum;
}

}  // namespace

// Until there are enough values, or until too many configurations failed, and then until there is one.
bool ModelSearch::designing() const {
    const auto wanted = prior() ? 1 : design_size(space());
    return (ok_count(trials()) < wanted && trials().count() < patience * wanted) || !trials().best();
}

std::size_t ModelSearch::far_from_all() {
    std::size_t farthest = untried();
    double most = -1;
    for (int i = 0; i < drawn_for_distance; ++i) {
        const auto index = untried();
        const auto choice = space().choice(index);
        double nearest = INFINITY;
        for (const auto known : trials().history())
            nearest = std::min(nearest, distance(space(), choice, space().choice(known)));
        if (nearest > most) most = nearest, farthest = index;
    }
    return farthest;
}

// Of a sample, what the prior expects to be best; a random one where it knows none of it.
std::size_t ModelSearch::least_by_prior() {
    std::size_t best = untried();
    double least = INFINITY;
    for (int i = 0; i < sampled_by_prior; ++i) {
        const auto index = untried();
        const auto value = prior()(index);
        if (value && *value < least) least = *value, best = index;
    }
    return best;
}

std::size_t ModelSearch::proposal() {
    if (designing()) return prior() ? least_by_prior() : far_from_all();
    if (!model_) model_.emplace(space(), prior());
    model_->learn(trials(), random());
    return propose(*model_);
}

Task ModelSearch::strategy() {
    model_.reset();
    reset();
    co_await evaluate(space().default_index());
    for (;;) co_await evaluate(proposal());
}

std::size_t BayesianSearcher::propose(const SurrogateModel& model) {
    return model.most_promising().value_or(untried());
}

}  // namespace ridge::tuner
