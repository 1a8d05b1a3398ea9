// SPDX-License-Identifier: Apache-2.0
// How long an answer about cost takes in process: reading the model, the device and the workload, and pricing
// a token.
//
//     cost_bench [--benchmark_format=json]
#include <benchmark/benchmark.h>

#include "cost_model/token_cost.hpp"

namespace {

using namespace ridge;

void load(benchmark::State& state) {
    for (auto _ : state) {
        benchmark::DoNotOptimize(cost_model::load_model("llama-2-7b"));
        benchmark::DoNotOptimize(cost_model::load_device("h100-sxm"));
    }
}
BENCHMARK(load)->Unit(benchmark::kMillisecond);

void evaluate(benchmark::State& state, const char* model_name) {
    const auto model = cost_model::load_model(model_name);
    const auto device = cost_model::load_device("h100-sxm");
    const cost_model::Workload workload;
    const cost_model::Economy economy;
    for (auto _ : state) benchmark::DoNotOptimize(cost_model::evaluate(model, device, workload, economy));
}
BENCHMARK_CAPTURE(evaluate, llama_2_7b, "llama-2-7b")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(evaluate, llama_3_1_8b, "llama-3.1-8b")->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
