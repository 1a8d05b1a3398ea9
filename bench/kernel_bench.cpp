// SPDX-License-Identifier: Apache-2.0
// How fast the kernel model answers: loading what configs/fitted has of a device, and predicting matrix
// products of shapes that nobody measured.
//
//     kernel_bench [--benchmark_format=json]
#include <benchmark/benchmark.h>

#include <cmath>
#include <random>

#include "cost_model/device_model.hpp"
#include "cost_model/kernel/fitted_files.hpp"
#include "cost_model/kernel/prediction.hpp"
#include "operators/catalogue.hpp"

namespace {

using namespace ridge;

constexpr const char* device_id = "h100-sxm";
constexpr std::size_t calls = 1024;

void load(benchmark::State& state) {
    for (auto _ : state) benchmark::DoNotOptimize(cost_model::read_fitted(device_id));
}
BENCHMARK(load)->Unit(benchmark::kMillisecond);

std::vector<OperatorCall> random_calls() {
    std::mt19937_64 generator(1);
    std::uniform_real_distribution<double> rows(0, 13), sides(7, 14);
    std::vector<OperatorCall> out;
    const auto dimension = [](double octaves) { return std::to_string(std::lround(std::exp2(octaves))); };
    for (std::size_t i = 0; i < calls; ++i)
        out.push_back(operators::parse_call("gemm m=" + dimension(rows(generator)) +
                                            " n=" + dimension(sides(generator)) +
                                            " k=" + dimension(sides(generator)) + " a=bf16 w=bf16 c=bf16"));
    return out;
}

// From features that are made once, as a caller does that asks for many lengths or rows of one layer.
void estimate_seconds(benchmark::State& state) {
    const auto device = cost_model::load_device(device_id);
    const auto model = cost_model::read_fitted(device_id);
    const auto random = random_calls();
    const cost_model::KernelGroup* group = nullptr;
    for (const auto& one : model->groups)
        if (one.key.op == "gemm" && one.key.formats == cost_model::formats_of(random.front())) group = &one;
    std::vector<cost_model::CallFeatures> features;
    for (const auto& call : random)
        features.push_back(
            cost_model::call_features(call, {}, CacheState::warm, {device.device, device.ceilings}));
    std::size_t next = 0;
    for (auto _ : state)
        benchmark::DoNotOptimize(cost_model::estimate_seconds(*group, features[next++ % calls]));
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(estimate_seconds);

// All of it: features, choice of the implementation, interval, explanation.
void predict(benchmark::State& state) {
    auto device = cost_model::load_device(device_id);
    cost_model::add_fitted(device);
    const auto random = random_calls();
    std::size_t next = 0;
    for (auto _ : state) benchmark::DoNotOptimize(cost_model::predict(random[next++ % calls], device));
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(predict);

}  // namespace

BENCHMARK_MAIN();
