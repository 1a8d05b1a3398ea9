// SPDX-License-Identifier: Apache-2.0
#include "cost_model/kernel/features/device_limits.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"

namespace ridge::cost_model {
namespace {

constexpr double exponentials_per_clock = 16;  // of one unit
constexpr double most_tail = 3;                // octaves

double clocks_per_s(const Machine& machine) { return unit_count(machine) * machine.device.clock_hz; }

// Bytes of the largest cache, all its instances together.
double largest_cache(const Device& device) {
    double largest = 0;
    for (const auto& cache : device.caches) {
        const double instances = cache.shared_by > 0
                                     ? std::max(1.0, std::floor(static_cast<double>(device.units) /
                                                                static_cast<double>(cache.shared_by)))
                                     : 1.0;
        largest = std::max(largest, cache.bytes * instances);
    }
    return largest;
}

}  // namespace

double missing_share(double bytes, double cache_bytes) {
    constexpr double held = 0.7, thrashing = 1.3;
    return cache_bytes > 0 ? std::clamp((bytes / cache_bytes - held) / (thrashing - held), 0.0, 1.0) : 1.0;
}

double compute_seconds(double flop, Precision precision, const Machine& machine) {
    if (flop <= 0) return 0;
    if (const auto found = compute_ceiling(machine.ceilings, precision)) return flop / found->ceiling.rate;
    throw InputError("device '" + machine.device.id + "': peak_flops of " + std::string(name(precision)) +
                     " is not known, neither measured nor from a data sheet, nor that of a wider precision");
}

double exponential_seconds(double count, const Machine& machine) {
    const double rate = clocks_per_s(machine) * exponentials_per_clock;
    return rate > 0 ? count / rate : 0;
}

double memory_seconds(double bytes, CacheState cache, const Machine& machine) {
    const auto* ceiling = memory_ceiling(machine.ceilings);
    if (!ceiling)
        throw InputError(
            "device '" + machine.device.id +
            "': memory_bandwidth_bytes_per_s is not known, neither measured nor from a data sheet");
    const double missing =
        cache == CacheState::warm ? missing_share(bytes, largest_cache(machine.device)) : 1.0;
    return bytes * missing / ceiling->rate;
}

double pass_count(double bytes, const Machine& machine) {
    constexpr double microseconds = 1e6;  // of a second
    return memory_seconds(bytes, CacheState::cold, machine) * microseconds;
}

double shared_cache_seconds(double bytes, CacheState cache, const Machine& machine) {
    return memory_seconds(bytes, CacheState::cold, machine) - memory_seconds(bytes, cache, machine);
}

double link_seconds(double bytes, const std::string& way, const Machine& machine) {
    const auto& known = machine.ceilings.bandwidth;
    auto found = known.find(way);
    if (found == known.end()) found = known.find("link");
    return found != known.end() ? bytes / found->second.rate
                                : memory_seconds(bytes, CacheState::cold, machine);
}

double unit_count(const Machine& machine) {
    return static_cast<double>(std::max<std::int64_t>(1, machine.device.units));
}

double parts(double a, double b) { return std::ceil(a / b); }

double log2_at_least_1(double value) { return value > 1 ? std::log2(value) : 0.0; }

double tail_of(double blocks, const Machine& machine) {
    const double waves = blocks / unit_count(machine);
    return waves > 0 ? std::min(most_tail, std::log2(std::ceil(waves) / waves)) : 0.0;
}

}  // namespace ridge::cost_model
