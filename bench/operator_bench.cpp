// SPDX-License-Identifier: Apache-2.0
// Our kernels beside the vendor libraries, interleaved in one run. Each implementation first searches a few
// of its configurations for each call (seeded, so the same ones every time) and is then sampled with its
// best.
//
//   operator_bench [--suite=NAME|FILE] [--calls=TEXT] [--implementations=TEXT] [--tries=N] [--samples=N]
//                  [Google Benchmark's options]
//   operator_bench --call=CALL [--warm] …
//
// Without --call the calls are those of a suite (default: speed); TEXT selects by substring, several by
// commas. A benchmark's name is CALL/IMPLEMENTATION/CONFIG/cold, or …/warm: cold runs begin with every
// operand flushed from the caches, warm ones follow an untimed run of the same kernel. Exchanges between
// parts of a machine have the bus bandwidth of a part beside that of the memory.
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
#include "operators/collectives/collectives_call.hpp"
#include "operators/implementation.hpp"
#include "profiler/cache_flush.hpp"
#include "profiler/process_settings.hpp"
#include "tuner/suite.hpp"

namespace {

using namespace ridge;

struct Options {
    std::string suite = "speed", call;
    std::vector<std::string> calls, implementations;
    bool warm = false;
    int tries = 12, samples = 15;
};

bool selected(const std::vector<std::string>& wanted, const std::string& text) {
    return wanted.empty() ||
           std::ranges::any_of(wanted, [&](const auto& one) { return text.find(one) != std::string::npos; });
}

std::vector<std::string> list_of(std::string_view text) {
    std::vector<std::string> out;
    for (const auto part : split(text, ',')) out.emplace_back(part);
    return out;
}

// Takes an argument if it is one of ours.
bool take(Options& options, std::string_view argument) {
    const auto value = [&](std::string_view name) -> std::optional<std::string_view> {
        if (!argument.starts_with(name)) return std::nullopt;
        return argument.substr(name.size());
    };
    if (const auto text = value("--suite="))
        options.suite = *text;
    else if (const auto call = value("--call="))
        options.call = *call;
    else if (const auto calls = value("--calls="))
        options.calls = list_of(*calls);
    else if (const auto implementations = value("--implementations="))
        options.implementations = list_of(*implementations);
    else if (const auto tries = value("--tries="))
        options.tries = static_cast<int>(parse_integer(*tries, "--tries"));
    else if (const auto samples = value("--samples="))
        options.samples = static_cast<int>(parse_integer(*samples, "--samples"));
    else if (argument == "--warm")
        options.warm = true;
    else
        return false;
    return true;
}

Options take_options(int& argc, char** argv) {
    Options options;
    int kept = 1;
    for (int i = 1; i < argc; ++i)
        if (!take(options, argv[i])) argv[kept++] = argv[i];
    argc = kept;
    return options;
}

std::vector<tuner::SuiteCall> calls_of(const Options& options) {
    if (!options.call.empty())
        return {{.call = operators::parse_call(options.call).text(),
                 .cache = options.warm ? CacheState::warm : CacheState::cold}};
    auto calls = tuner::load_suite(options.suite).calls;
    std::erase_if(calls, [&](const auto& one) { return !selected(options.calls, one.call); });
    return calls;
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

void measure(benchmark::State& state, const std::shared_ptr<Subject>& subject, const OperatorCall& call) {
    const auto work = operators::work(call);
    if (!subject->is_right()) state.SkipWithError("the result misses the reference");
    double time_s = 0;
    for (auto _ : state) {
        time_s = subject->sample_s();
        state.SetIterationTime(time_s);
    }
    if (work.flop > 0) state.counters["flop_per_s"] = work.flop / time_s;
    state.counters["bytes_per_s"] = work.bytes() / time_s;
    if (const auto bytes = operators::bus_bytes(call)) state.counters["bus_bytes_per_s"] = *bytes / time_s;
}

void register_best(const Candidate& best, const std::string& name, const OperatorCall& call, int samples) {
    std::cerr << name << ": " << best.time_s << " s\n";
    benchmark::RegisterBenchmark(name.c_str(), measure, best.subject, call)
        ->UseManualTime()
        ->Iterations(1)
        ->Repetitions(samples)
        ->Unit(benchmark::kMicrosecond);
}

using OperandSets = std::vector<std::unique_ptr<operators::OperandSet>>;

OperandSets register_calls(const Options& options, const profiler::CacheFlush& flush) {
    const auto implementations = operators::make_implementations();
    OperandSets operands;
    for (const auto& [text, cache, weight] : calls_of(options)) {
        const auto call = operators::parse_call(text);
        const bool cold = cache == CacheState::cold;
        operands.push_back(operators::make_operands(call, 1));
        for (const auto& implementation : implementations) {
            const auto info = implementation->info();
            if (info.op != call.op || !selected(options.implementations, info.name)) continue;
            const auto best =
                best_candidate(*implementation, *operands.back(), call, cold, flush, options.tries);
            if (!best.subject) continue;
            register_best(best,
                          text + "/" + info.name + "/" + best.config.text() + (cold ? "/cold" : "/warm"),
                          call, options.samples);
        }
    }
    return operands;
}

int run(int argc, char** argv) {
    const auto options = take_options(argc, argv);
    const Kokkos::ScopeGuard kokkos;
    const auto flush = profiler::find_cache_flush(512.0 * 1024 * 1024);
    const auto operands = register_calls(options, flush);
    std::vector<char*> arguments(argv, argv + argc);
    std::string interleave = "--benchmark_enable_random_interleaving=true";
    arguments.insert(arguments.begin() + 1, interleave.data());
    int count = static_cast<int>(arguments.size());
    benchmark::AddCustomContext("cache_flush", flush.method);
    benchmark::AddCustomContext("threads", std::to_string(Kokkos::DefaultExecutionSpace().concurrency()));
    benchmark::Initialize(&count, arguments.data());
    if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 2;
    benchmark::RunSpecifiedBenchmarks();
    // The benchmarks hold kernels, which have to go before Kokkos ends.
    benchmark::ClearRegisteredBenchmarks();
    benchmark::Shutdown();
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    profiler::start_again_with_settings(argv);
    try {
        return run(argc, argv);
    } catch (const std::exception& error) {
        std::cerr << "operator_bench: " << error.what() << '\n';
        return 2;
    }
}
