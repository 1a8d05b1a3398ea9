// SPDX-License-Identifier: Apache-2.0
#include "operators/stream/stream_run.hpp"

#include <array>
#include <utility>

#include "core/error.hpp"
#include "operators/memory.hpp"
#include "operators/stream/stream_loops.hpp"

namespace ridge::operators::stream {
namespace {

// A host thread walks a part of its own; on a device neighbouring threads visit neighbouring elements.
struct Partition {
    std::int64_t workers, unroll, width, blocks, n;
    bool spread;

    Partition(std::int64_t n_, std::int64_t unroll_, std::int64_t width_, bool spread_)
        : workers(DeviceSpace().concurrency()), unroll(unroll_), width(width_), n(n_), spread(spread_) {
        blocks = n / (workers * unroll * width);
    }

    [[nodiscard]] KOKKOS_INLINE_FUNCTION Walk walk(std::int64_t worker) const {
        const std::int64_t part = blocks * unroll * width;
        Walk out{.begin = worker * part,
                 .blocks = blocks,
                 .step = unroll * width,
                 .lane = width,
                 .tail = workers * part + worker,
                 .tail_step = workers,
                 .end = n};
        if constexpr (!device_is_host) {
            out.begin = worker * width, out.step = unroll * workers * width, out.lane = workers * width;
        } else if (spread) {
            out.step = width, out.lane = blocks * width;
        }
        return out;
    }
};

// Between passes the compiler has to believe that the arrays changed, or one pass would do for all.
KOKKOS_INLINE_FUNCTION void forget_memory() { asm volatile("" ::: "memory"); }

using Workers = Kokkos::RangePolicy<DeviceSpace, Kokkos::IndexType<std::int64_t>>;

template <typename T, int unroll, bool prefetch>
double run_read(const Arrays& arrays, const Partition& partition, const LoopOptions& options,
                std::int64_t passes) {
    const T* x = static_cast<const T*>(arrays.x);
    T total = 0;
    Kokkos::parallel_reduce(
        "stream_read", Workers(0, partition.workers),
        KOKKOS_LAMBDA(std::int64_t worker, T & sum) {
            const Walk walk = partition.walk(worker);
            T mine = 0;
            for (std::int64_t pass = 0; pass < passes; ++pass) {
                mine = read<unroll, prefetch>(x, walk, options);
                forget_memory();
            }
            sum += mine;
        },
        total);
    return static_cast<double>(total);
}

template <typename T, int unroll, bool prefetch>
double run_copy(const Arrays& arrays, const Partition& partition, const LoopOptions& options,
                std::int64_t passes) {
    const T* x = static_cast<const T*>(arrays.x);
    T* y = static_cast<T*>(arrays.y);
    Kokkos::parallel_for(
        "stream_copy", Workers(0, partition.workers), KOKKOS_LAMBDA(std::int64_t worker) {
            const Walk walk = partition.walk(worker);
            for (std::int64_t pass = 0; pass < passes; ++pass) {
                copy<unroll, prefetch>(x, y, walk, options);
                forget_memory();
            }
        });
    Kokkos::fence("stream_copy");
    return 0;
}

template <typename T, int unroll, bool prefetch>
double run_triad(const Arrays& arrays, const Partition& partition, const LoopOptions& options,
                 std::int64_t passes) {
    const T *x = static_cast<const T*>(arrays.x), *z = static_cast<const T*>(arrays.z);
    T* y = static_cast<T*>(arrays.y);
    Kokkos::parallel_for(
        "stream_triad", Workers(0, partition.workers), KOKKOS_LAMBDA(std::int64_t worker) {
            const Walk walk = partition.walk(worker);
            for (std::int64_t pass = 0; pass < passes; ++pass) {
                triad<unroll, prefetch>(x, z, T(triad_factor), y, walk, options);
                forget_memory();
            }
        });
    Kokkos::fence("stream_triad");
    return 0;
}

template <typename T, int unroll, bool prefetch>
double run_loops(Pattern pattern, const Arrays& arrays, const Tuning& tuning, std::int64_t passes) {
    const Partition partition(arrays.n, unroll, pack_width<T>(), tuning.spread);
    const LoopOptions options{.prefetch_elements = tuning.prefetch_bytes / static_cast<int>(sizeof(T)),
                              .nontemporal = tuning.nontemporal};
    switch (pattern) {
        case Pattern::read:
            return run_read<T, unroll, prefetch>(arrays, partition, options, passes);
        case Pattern::copy:
            return run_copy<T, unroll, prefetch>(arrays, partition, options, passes);
        case Pattern::triad:
            return run_triad<T, unroll, prefetch>(arrays, partition, options, passes);
    }
    return 0;
}

template <typename T>
double run_typed(Pattern pattern, const Arrays& arrays, const Tuning& tuning, std::int64_t passes) {
    if (tuning.unroll != 4 && tuning.unroll != 8)
        throw Error(ExitCode::failed, "stream: unroll should be 4 or 8");
    const bool prefetch = tuning.prefetch_bytes > 0;
    if (tuning.unroll == 4)
        return prefetch ? run_loops<T, 4, true>(pattern, arrays, tuning, passes)
                        : run_loops<T, 4, false>(pattern, arrays, tuning, passes);
    return prefetch ? run_loops<T, 8, true>(pattern, arrays, tuning, passes)
                    : run_loops<T, 8, false>(pattern, arrays, tuning, passes);
}

}  // namespace

std::optional<Pattern> pattern_of(std::string_view op) {
    constexpr std::array<std::pair<std::string_view, Pattern>, 3> names = {
        {{"stream_read", Pattern::read}, {"stream_copy", Pattern::copy}, {"stream_triad", Pattern::triad}}};
    for (const auto& [name, pattern] : names)
        if (name == op) return pattern;
    return std::nullopt;
}

bool is_supported(Precision precision) {
    return precision == Precision::fp32 || precision == Precision::fp64;
}

bool nontemporal_is_supported() { return has_nontemporal; }

double run(Pattern pattern, const Arrays& arrays, const Tuning& tuning, std::int64_t passes) {
    return arrays.precision == Precision::fp64 ? run_typed<double>(pattern, arrays, tuning, passes)
                                               : run_typed<float>(pattern, arrays, tuning, passes);
}

}  // namespace ridge::operators::stream
