// SPDX-License-Identifier: Apache-2.0
#include "profiler/roofs/roofs.hpp"

#include <algorithm>
#include <functional>
#include <string>

#include "core/caches.hpp"
#include "core/error.hpp"
#include "core/statistics.hpp"
#include "core/text.hpp"
#include "core/units.hpp"
#include "profiler/roofs/bandwidth.hpp"
#include "profiler/roofs/compute.hpp"
#include "profiler/roofs/repeats.hpp"

namespace ridge::profiler {
namespace {

constexpr double MiB = 1024.0 * 1024.0;
constexpr double shortest_sample_s = 0.001;

/// Work that scales: gives the rate's numerator (FLOP or bytes) of `repeats` of it.
using Repeatable = std::function<double(std::int64_t repeats)>;

bool is_long_enough(const Sampling& sampling) {
    return sampling.samples_s.empty() || median(sampling.samples_s) >= shortest_sample_s;
}

// Where the machine was disturbed while the repeats were chosen, the samples are short and mostly of starting
// threads; then they are taken again with more.
Sampling sample_repeats(const Repeatable& work, const Timer& timer, const protocol::Budget& budget,
                        double& amount) {
    auto repeats = repeats_for_a_sample([&](std::int64_t count) {
        const double start = timer.now_s();
        work(count);
        return timer.now_s() - start;
    });
    constexpr int most_tries = 20;
    for (int tries = 1;; ++tries, repeats *= 4) {
        auto sampling = sample(timer, {.run = [&] { amount = work(repeats); }, .make_cold = {}}, budget);
        if (is_long_enough(sampling) || tries == most_tries) return sampling;
    }
}

protocol::RoofAnswer rates_of(const Repeatable& work, const Timer& timer, const protocol::Budget& budget) {
    double amount = 0;
    const auto sampling = sample_repeats(work, timer, budget, amount);
    protocol::RoofAnswer answer;
    answer.status = sampling.samples_s.empty() ? Status::failed : Status::ok;
    answer.reason = sampling.reason;
    for (const double seconds : sampling.samples_s) answer.rates.push_back(amount / seconds);
    return answer;
}

const ComputeMix& find_mix(const std::vector<ComputeMix>& mixes, const RoofProbe& probe) {
    std::vector<std::string> known;
    for (const auto& mix : mixes) {
        if (mix.name == probe.mix && mix.precision == probe.precision) return mix;
        known.push_back(std::string(mix.name) + " " + std::string(name(mix.precision)));
    }
    throw InputError("roof '" + probe.text() + "': this worker measures " + join(known, ", "));
}

BandwidthProbe prepared(const RoofProbe& probe, std::optional<std::int64_t> available_bytes) {
    const auto pattern = access_pattern(probe.mix);
    if (!pattern || !operators::stream::is_supported(probe.precision))
        throw InputError("roof '" + probe.text() +
                         "': this worker measures read, copy and triad in fp32 and fp64");
    if (available_bytes && probe.working_set_bytes > *available_bytes)
        throw InputError("roof '" + probe.text() + "': a working set of " +
                         capacity(static_cast<double>(probe.working_set_bytes)) + " is more than the " +
                         capacity(static_cast<double>(*available_bytes)) + " that are available");
    BandwidthProbe arrays(*pattern, probe.precision, probe.working_set_bytes);
    arrays.choose_tuning();
    return arrays;
}

RoofProbe bandwidth_probe(const std::string& level, const char* mix, std::int64_t bytes) {
    return {.kind = RoofProbe::Kind::bandwidth,
            .mix = mix,
            .precision = Precision::fp32,
            .level = level,
            .working_set_bytes = bytes};
}

}  // namespace

std::int64_t working_set_bytes(const Device& device, std::size_t level) {
    const auto& caches = device.caches;
    const double own = total_cache_bytes(device, caches[level]) / 2.0;
    const double inside = level == 0 ? 0.0 : total_cache_bytes(device, caches[level - 1]);
    constexpr std::size_t first_outer_level = 2;
    return static_cast<std::int64_t>(level < first_outer_level ? own : std::min(own, 4.0 * inside));
}

std::int64_t memory_working_set_bytes(const Device& device, std::optional<double> available_bytes) {
    const double wanted = std::max(4.0 * last_cache_bytes(device), 256.0 * MiB);
    return static_cast<std::int64_t>(available_bytes ? std::min(wanted, *available_bytes / 4.0) : wanted);
}

std::vector<RoofProbe> roof_probes(const Device& device, std::optional<double> available_bytes) {
    std::vector<RoofProbe> probes;
    const auto add_level = [&](const std::string& level, std::int64_t bytes) {
        for (const char* mix : {"read", "copy", "triad"})
            probes.push_back(bandwidth_probe(level, mix, bytes));
    };
    // An accelerator's first level is private to groups of threads; the walk over arrays does not stay in it.
    const std::size_t first = device.kind == "cpu" ? 0 : 1;
    for (std::size_t level = first; level < device.caches.size(); ++level)
        add_level(device.caches[level].name, working_set_bytes(device, level));
    add_level("DRAM", memory_working_set_bytes(device, available_bytes));
    for (const auto& mix : compute_mixes())
        probes.push_back({.kind = RoofProbe::Kind::compute,
                          .mix = std::string(mix.name),
                          .precision = mix.precision,
                          .level = ""});
    return probes;
}

protocol::RoofAnswer measure_roof(const protocol::RoofRequest& request, const Timer& timer,
                                  std::optional<std::int64_t> available_bytes) {
    const auto& probe = request.probe;
    if (probe.scope != "device") throw InputError("roof '" + probe.text() + "': scope should be device");
    if (probe.kind == RoofProbe::Kind::compute) {
        const auto mixes = compute_mixes();
        const auto& mix = find_mix(mixes, probe);
        return rates_of([&mix](std::int64_t repeats) { return mix.run(repeats); }, timer, request.budget);
    }
    auto arrays = prepared(probe, available_bytes);
    return rates_of([&arrays](std::int64_t repeats) { return arrays.run(repeats); }, timer, request.budget);
}

}  // namespace ridge::profiler
