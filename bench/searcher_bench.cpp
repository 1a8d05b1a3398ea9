// SPDX-License-Identifier: Apache-2.0
// How many configurations a second each searcher can propose, over a made-up space of 100,000 configurations.
//
//     searcher_bench [--benchmark_filter=portfolio]
//
// `begun/N`: a proposal and its answer when N answers are known.
#include <benchmark/benchmark.h>

#include <cmath>

#include "tuner/searcher.hpp"

namespace {

using namespace ridge;
using namespace ridge::tuner;

// Ten tile sizes for each of five parameters.
SearchSpace make_space() {
    ParameterSpace space;
    for (const std::string name : {"a", "b", "c", "d", "e"}) {
        TunableParameter parameter{
            .name = name, .values = {}, .default_value = std::int64_t{1}, .meaning = ""};
        for (std::int64_t value = 0; value < 10; ++value)
            parameter.values.emplace_back(std::int64_t{1} << value);
        space.parameters.push_back(parameter);
    }
    return {space, "searcher_bench"};
}

Outcome outcome_of(const SearchSpace& space, std::size_t index) {
    double value = 1;
    for (const auto place : space.choice(index))
        value += std::abs(std::sin(place * 1.7) * static_cast<double>(place) - 3);
    return {.status = Status::ok, .value = value};
}

void step(Searcher& searcher, const SearchSpace& space) {
    const auto index = searcher.next();
    searcher.tell(*index, outcome_of(space, *index));
}

void begun(benchmark::State& state, std::string_view name) {
    const auto space = make_space();
    const auto searcher = make_searcher(name);
    searcher->start(space, 1, {});
    for (std::int64_t i = 0; i < state.range(0); ++i) step(*searcher, space);
    for (auto _ : state) step(*searcher, space);
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}

}  // namespace

int main(int argc, char** argv) {
    benchmark::Initialize(&argc, argv);
    for (const auto& info : searchers())
        benchmark::RegisterBenchmark((std::string(info.name) + "/begun").c_str(), begun, info.name)
            ->Arg(2000)
            ->Iterations(500);
    benchmark::RunSpecifiedBenchmarks();
}
