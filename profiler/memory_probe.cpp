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
constexpr double least_bytes = 64.0 * 1024 * 1024;
constexpr double over_last_level = 4, least_over_last_level = 2;  // below that a cache serves part of it
constexpr double share_of_available = 1.0 / 8;                    // the rest is for what is measured

using OnHost = Kokkos::RangePolicy<Kokkos::DefaultHostExecutionSpace>;

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

MemoryProbe::MemoryProbe(double last_level_bytes, std::optional<std::int64_t> available_bytes) {
    double bytes = std::max(over_last_level * last_level_bytes, least_bytes);
    if (available_bytes) bytes = std::min(bytes, share_of_available * static_cast<double>(*available_bytes));
    if (bytes >= least_over_last_level * last_level_bytes)
        words_ = static_cast<std::size_t>(bytes) / sizeof(double) / part_words * part_words;
}

// First written as it will be read, so that each core's blocks are in the memory next to it.
bool MemoryProbe::has_buffer() {
    if (buffer_ || words_ == 0) return words_ > 0;
    buffer_.reset(new (std::nothrow) double[words_]);
    if (!buffer_) words_ = 0;
    for (std::size_t part = 0; part < words_; part += part_words)
        Kokkos::parallel_for("memory probe", OnHost(0, part_words / block_words),
                             [words = buffer_.get() + part](std::size_t block) {
                                 std::fill_n(words + block * block_words, block_words, 1.0);
                             });
    return words_ > 0;
}

std::optional<double> MemoryProbe::read() {
    if (!has_buffer()) return std::nullopt;
    const double* part = buffer_.get() + next_;
    next_ = (next_ + part_words) % words_;
    double sum = 0;
    const auto begin = std::chrono::steady_clock::now();
    Kokkos::parallel_reduce(
        "memory probe", OnHost(0, part_words / block_words),
        [part](std::size_t block, double& total) { total += sum_of(part + block * block_words); }, sum);
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
    // The sum is looked at so that nothing can leave the reads away.
    if (!(sum > 0) || taken.count() <= 0) return std::nullopt;
    return static_cast<double>(part_words * sizeof(double)) / taken.count();
}

}  // namespace ridge::profiler
