// SPDX-License-Identifier: Apache-2.0
#include "profiler/cache_flush.hpp"

#include <Kokkos_Core.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>

#include "core/units.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// A flushed line is in no cache of the coherence domain (clflushopt: Intel SDM vol. 2, "invalidates from
// every level of the cache hierarchy in the cache coherence domain"), so the next access has to come from
// memory: that is what a decode step sees, whose weights were last touched a whole model ago. The TLB and the
// page-walk caches stay warm; with 2 MiB pages a miss there costs little beside the lines.
namespace ridge::profiler {
namespace {

using Regions = std::span<const operators::MemoryRegion>;
using HostRange = Kokkos::RangePolicy<Kokkos::DefaultHostExecutionSpace>;

// Lines written back still travel to memory after the fence; 20 µs drain the store and memory-controller
// queues, and are too short for the threads to fall asleep or the clock to drop.
void settle() {
    const auto end = std::chrono::steady_clock::now() + std::chrono::microseconds(20);
    while (std::chrono::steady_clock::now() < end) {
    }
}

#if defined(__x86_64__) && defined(__CLFLUSHOPT__) && !defined(KOKKOS_ENABLE_CUDA)

constexpr std::size_t line_bytes = 64;

void flush_lines(const char* begin, const char* end) {
    const auto first = reinterpret_cast<std::uintptr_t>(begin) / line_bytes * line_bytes;
    for (const char* line = reinterpret_cast<const char*>(first); line < end; line += line_bytes)
        _mm_clflushopt(const_cast<char*>(line));
    _mm_sfence();
}

// In blocks, so that the cores share the work and each flushes what is likely in its own caches.
void flush_region(const operators::MemoryRegion& region) {
    constexpr std::size_t block_bytes = 64 * 1024;
    const auto* data = static_cast<const char*>(region.data);
    const std::size_t blocks = (region.bytes + block_bytes - 1) / block_bytes;
    Kokkos::parallel_for("flush", HostRange(0, static_cast<std::int64_t>(blocks)), [=](std::int64_t block) {
        const std::size_t offset = static_cast<std::size_t>(block) * block_bytes;
        flush_lines(data + offset, data + std::min(offset + block_bytes, region.bytes));
    });
}

void flush_regions(Regions regions) {
    for (const auto& region : regions)
        if (region.data != nullptr && region.bytes > 0) flush_region(region);
    Kokkos::DefaultHostExecutionSpace().fence();
    settle();
}

#endif

// Without an instruction for it: writing twice the last-level cache drives everything else out of it.
CacheFlush sweep(double last_level_bytes, const std::string& what) {
    constexpr double smallest_bytes = 32.0 * 1024 * 1024;
    const double bytes = 2.0 * std::max(last_level_bytes, smallest_bytes);
    using Buffer = Kokkos::View<std::uint64_t*>;
    const auto buffer = std::make_shared<Buffer>();
    const auto count = static_cast<std::size_t>(bytes / sizeof(std::uint64_t));
    const auto flush = [buffer, count, turn = std::uint64_t{0}](Regions) mutable {
        if (buffer->extent(0) == 0)
            *buffer = Buffer(Kokkos::view_alloc("sweep", Kokkos::WithoutInitializing), count);
        Kokkos::deep_copy(*buffer, ++turn);
        Kokkos::fence();
        settle();
    };
    return {flush, what + " of " + capacity(bytes)};
}

}  // namespace

CacheFlush find_cache_flush(double last_level_bytes) {
#if defined(KOKKOS_ENABLE_CUDA)
    return sweep(last_level_bytes, "fill on the device");
#elif defined(__x86_64__) && defined(__CLFLUSHOPT__)
    if (__builtin_cpu_supports("clflushopt")) return {flush_regions, "clflushopt"};
    return sweep(last_level_bytes, "sweep");
#else
    return sweep(last_level_bytes, "sweep");
#endif
}

}  // namespace ridge::profiler
