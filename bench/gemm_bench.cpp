// SPDX-License-Identifier: Apache-2.0
// Our GEMM kernels beside the vendor libraries, interleaved in one run. Each implementation first searches a
// few of its configurations for each call (seeded, so the same ones every time) and is then sampled with its
// best.
//
//   gemm_bench [--calls=TEXT] [--implementations=TEXT] [--tries=N] [Google Benchmark's options]
//
// TEXT selects by substring, several by commas. A benchmark's name is CALL/IMPLEMENTATION/CONFIG/cold, or
// …/warm: cold runs begin with every operand flushed from the caches, warm ones follow an untimed run of the
// same kernel.
#include <benchmark/benchmark.h>

#include <Kokkos_Core.hpp>
#include <algorithm>
#include <chrono>
#include <cstring>
#include <iostream>
#include <random>

#include "core/statistics.hpp"
#include "core/text.hpp"
#include "operators/catalogue.hpp"
#include "operators/implementation.hpp"
#include "profiler/cache_flush.hpp"

namespace {

using namespace ridge;

struct BenchCall {
    const char* text;
    bool cold;
};

// Prefill shapes of a 7B model's layers stay warm; decode shapes read their weights from memory. stream_read
// is the roof of the decode shapes.
constexpr BenchCall calls[] = {
    {"gemm m=512 n=4096 k=4096 a=fp32 w=fp32 c=fp32", false},
    {"gemm m=128 n=11008 k=4096 a=fp32 w=fp32 c=fp32", false},
    {"gemm m=512 n=4096 k=4096 a=bf16 w=bf16 c=fp32", false},
    {"gemm m=128 n=11008 k=4096 a=bf16 w=bf16 c=bf16", false},
    {"gemm m=512 n=4096 k=4096 a=int8 w=int8 c=int32", false},
    {"gemm m=128 n=11008 k=4096 a=int8 w=int8 c=int32", false},
    {"stream_read n=67108864 x=fp32", true},
    {"gemm m=1 n=4096 k=4096 a=fp32 w=fp32 c=fp32", true},
    {"gemm m=1 n=4096 k=4096 a=fp32 w=fp32 c=fp32 sparsity=2:4", true},
    {"gemm m=1 n=4096 k=4096 a=fp32 w=fp32 c=fp32 sparsity=block:16x16@0.125", true},
    {"gemm m=1 n=4096 k=4096 a=bf16 w=bf16 c=bf16", true},
    {"gemm m=1 n=4096 k=4096 a=bf16 w=bf16 c=bf16 sparsity=2:4", true},
    {"gemm m=1 n=4096 k=4096 a=bf16 w=bf16 c=bf16 sparsity=block:16x16@0.125", true},
    {"gemm m=1 n=4096 k=4096 a=int8 w=int8 c=int32", true},
    {"gemm m=1 n=4096 k=4096 a=int8 w=int8 c=int32 sparsity=2:4", true},
    {"gemm m=1 n=4096 k=4096 a=int8 w=int8 c=int32 sparsity=block:16x16@0.125", true},
    {"gemm m=16 n=4096 k=4096 a=bf16 w=bf16 c=bf16", true},
    {"gemm m=16 n=4096 k=4096 a=int8 w=int8 c=int32", true},
};

struct Options {
    std::vector<std::string> calls, implementations;
    int tries = 12;
};

bool selected(const std::vector<std::string>& wanted, const std::string& text) {
    return wanted.empty() ||
           std::ranges::any_of(wanted, [&](const auto& one) { return text.find(one) != std::string::npos; });
}

// Takes the options that are ours out of the command line.
Options take_options(int& argc, char** argv) {
    Options options;
    const auto list = [](std::string_view text) {
        std::vector<std::string> out;
        for (const auto part : split(text, ',')) out.emplace_back(part);
        return out;
    };
    int kept = 1;
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        if (argument.starts_with("--calls="))
            options.calls = list(argument.substr(std::strlen("--calls=")));
        else if (argument.starts_with("--implementations="))
            options.implementations = list(argument.substr(std::strlen("--implementations=")));
        else if (argument.starts_with("--tries="))
            options.tries =
                static_cast<int>(parse_integer(argument.substr(std::strlen("--tries=")), "--tries"));
        else
            argv[kept++] = argv[i];
    }
    argc = kept;
    return options;
}

/// One call with one implementation and configuration, and how to bring it into the state that its samples
/// begin in.
class Subject {
  public:
    Subject(std::unique_ptr<operators::PreparedKernel> kernel, bool cold, const profiler::CacheFlush& flush)
        : kernel_(std::move(kernel)), cold_(cold), flush_(flush) {}

    double sample_s() {
        if (cold_)
            flush_.flush(kernel_->regions());
        else
            kernel_->run();
        const auto start = std::chrono::steady_clock::now();
        kernel_->run();
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    }
    bool is_right() {
        kernel_->poison_output();
        kernel_->run();
        return kernel_->error_over_bound() <= 1.0;
    }

  private:
    std::unique_ptr<operators::PreparedKernel> kernel_;
    bool cold_;
    const profiler::CacheFlush& flush_;
};

struct Candidate {
    KernelConfig config;
    std::shared_ptr<Subject> subject;
    double time_s = 0;
};

std::vector<KernelConfig> some_configs(const operators::Implementation& implementation,
                                       const OperatorCall& call, int count) {
    const auto space = implementation.info().space;
    std::vector<KernelConfig> configs;
    std::mt19937_64 random(7);
    for (int i = 0; i < 100 * count && static_cast<int>(configs.size()) < count; ++i) {
        auto config = space.default_config();
        for (const auto& parameter : space.parameters)
            if (i > 0) config.set(parameter.name, parameter.values[random() % parameter.values.size()]);
        if (!implementation.refusal(call, config) && std::ranges::find(configs, config) == configs.end())
            configs.push_back(config);
    }
    return configs;
}

// The fastest of a few configurations, each by the best of three samples; nothing when none runs the call.
Candidate best_candidate(const operators::Implementation& implementation,
                         const operators::OperandSet& operands, const OperatorCall& call, bool cold,
                         const profiler::CacheFlush& flush, int tries) {
    Candidate best;
    for (const auto& config : some_configs(implementation, call, tries)) {
        const auto subject =
            std::make_shared<Subject>(implementation.prepare(operands, call, config), cold, flush);
        const double time_s = std::min({subject->sample_s(), subject->sample_s(), subject->sample_s()});
        if (!best.subject || time_s < best.time_s) best = {config, subject, time_s};
    }
    return best;
}

void measure(benchmark::State& state, const std::shared_ptr<Subject>& subject, const Work& work) {
    if (!subject->is_right()) state.SkipWithError("the result misses the reference");
    double time_s = 0;
    for (auto _ : state) {
        time_s = subject->sample_s();
        state.SetIterationTime(time_s);
    }
    if (work.flop > 0) state.counters["flop_per_s"] = work.flop / time_s;
    state.counters["bytes_per_s"] = work.bytes() / time_s;
}

}  // namespace

int main(int argc, char** argv) {
    const auto options = take_options(argc, argv);
    const Kokkos::ScopeGuard kokkos;
    const auto flush = profiler::find_cache_flush(512.0 * 1024 * 1024);
    const auto implementations = operators::make_implementations();
    std::vector<std::unique_ptr<operators::OperandSet>> operands;
    for (const auto& [text, cold] : calls) {
        if (!selected(options.calls, text)) continue;
        const auto call = operators::parse_call(text);
        operands.push_back(operators::make_operands(call, 1));
        for (const auto& implementation : implementations) {
            const auto info = implementation->info();
            if (info.op != call.op || !selected(options.implementations, info.name)) continue;
            auto best = best_candidate(*implementation, *operands.back(), call, cold, flush, options.tries);
            if (!best.subject) continue;
            const auto name =
                std::string(text) + "/" + info.name + "/" + best.config.text() + (cold ? "/cold" : "/warm");
            std::cerr << name << ": " << best.time_s << " s\n";
            constexpr int samples = 15;
            benchmark::RegisterBenchmark(name.c_str(), measure, best.subject, operators::work(call))
                ->UseManualTime()
                ->Iterations(1)
                ->Repetitions(samples)
                ->Unit(benchmark::kMicrosecond);
        }
    }
    std::vector<char*> arguments(argv, argv + argc);
    std::string interleave = "--benchmark_enable_random_interleaving=true";
    arguments.insert(arguments.begin() + 1, interleave.data());
    int count = static_cast<int>(arguments.size());
    benchmark::AddCustomContext("cache_flush", flush.method);
    benchmark::AddCustomContext("threads", std::to_string(Kokkos::DefaultExecutionSpace().concurrency()));
    benchmark::Initialize(&count, arguments.data());
    if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 2;
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}
