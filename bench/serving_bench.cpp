// SPDX-License-Identifier: Apache-2.0
// How many requests a minute the simulation of a service answers on one core. The replica is a closed form
// with the figures of an 8B model on an H100 (weights read in 5 ms, 8 TFLOP a thousand prompt tokens), so
// that what is timed is the simulation and not the cost model behind it.
//
//     serving_bench [--benchmark_format=json]
#include <benchmark/benchmark.h>

#include "cost_model/serving/simulation.hpp"
#include "cost_model/serving/traffic.hpp"

namespace {

using namespace ridge::cost_model;
using namespace ridge::cost_model::serving;

StepCost step(const StepLoad& load) {
    StepCost cost;
    cost.time_s = 0.006 + 2.2e-5 * load.prefill_tokens + 1e-5 * load.decode_sequences +
                  4e-8 * load.decode_sequences * load.decode_context;
    cost.energy_j = 500 * cost.time_s;
    return cost;
}

Service service_of(Routing routing, std::int64_t replicas) {
    Service service;
    service.model = {.step = step, .kv_capacity_tokens = 400'000, .kv_bytes_per_token = 131072};
    service.replicas = replicas;
    service.policy.routing = routing;
    return service;
}

Traffic chat(double per_second) {
    Traffic traffic;
    traffic.prompt_tokens = Lengths::log_normal(500, 1, 8192);
    traffic.output_tokens = Lengths::log_normal(250, 0.8, 2048);
    traffic.arrivals.per_second = per_second;
    return traffic;
}

void report(benchmark::State& state, std::int64_t requests) {
    state.counters["requests/min"] = benchmark::Counter(
        60.0 * static_cast<double>(requests * state.iterations()), benchmark::Counter::kIsRate);
}

void run(benchmark::State& state, const Traffic& traffic, const Service& service) {
    constexpr std::int64_t count = 100'000;
    const auto requests = make_requests(traffic, count, 1);
    for (auto _ : state) benchmark::DoNotOptimize(simulate(service, requests));
    report(state, count);
}

void with_prefixes(benchmark::State& state, Routing routing) {
    auto traffic = chat(60);
    traffic.prompt_tokens = Lengths::log_normal(4000, 0.5, 16384);
    traffic.prefix = SharedPrefix{.tokens = 3072, .groups = 200, .zipf = 1};
    run(state, traffic, service_of(routing, 8));
}

BENCHMARK_CAPTURE(run, light, chat(2), service_of(Routing::round_robin, 1))->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(run, heavy, chat(12), service_of(Routing::round_robin, 1))->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(run, overloaded, chat(100), service_of(Routing::round_robin, 1))
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(run, eight_replicas, chat(96), service_of(Routing::least_loaded, 8))
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(with_prefixes, prefix_aware, Routing::prefix_aware)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
