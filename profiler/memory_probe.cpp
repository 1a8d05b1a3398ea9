// SPDX-License-Identifier: Apache-2.0
#include "profiler/memory_probe.hpp"

#include <Kokkos_Core.hpp>
#include <algorithm>
#include <chrono>
#include <new>

namespace ridge::profiler {
namespace {

// A part takes some 0.2 ms; its neighbours have driven it out by the time that it is read again.
constexpr std::size_t part_words = (std::size_t{8} << 20) / sizeof(double);
constexpr std::size_t block_words = (std::size_t{16} << 10) / sizeof(double);
constexpr double least_bytes = 64.0 * 1024 * 1024, most_bytes = 512.0 * 1024 * 1024;
constexpr double over_last_level = 4;

using Blocks = Kokkos::RangePolicy<Kokkos::DefaultHostExecutionSpace>;

double sum_of(const double* words) {
    constexpr std::size_t lanes = 32;  // enough in flight that the additions wait for memory alone
    double sums[lanes] = {};
    for (std::size_t i = 0; i < block_words; i += lanes)
        for (std::size_t lane = 0; lane < lanes; ++lane) sums[lane] += words[i + lane];
    double out = 0;
    for (const double sum : sums) out += sum;
    return out;
}

}  // namespace

MemoryProbe::MemoryProbe(double last_level_bytes) {
    const double bytes = std::clamp(over_last_level * last_level_bytes, least_bytes, most_bytes);
    const auto parts = static_cast<std::size_t>(bytes) / sizeof(double) / part_words;
    try {
        buffer_.assign(parts * part_words, 1.0);
    } catch (const std::bad_alloc&) {
        buffer_.clear();
    }
}

std::optional<double> MemoryProbe::read() {
    if (buffer_.empty()) return std::nullopt;
    const double* part = buffer_.data() + next_;
    next_ = (next_ + part_words) % buffer_.size();
    double sum = 0;
    const auto begin = std::chrono::steady_clock::now();
    Kokkos::parallel_reduce(
        "memory probe", Blocks(0, part_words / block_words),
        [part](std::size_t block, double& total) { total += sum_of(part + block * block_words); }, sum);
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
    // The sum is looked at so that nothing can leave the reads away.
    if (!(sum > 0) || taken.count() <= 0) return std::nullopt;
    return static_cast<double>(part_words * sizeof(double)) / taken.count();
}

}  // namespace ridge::profiler
