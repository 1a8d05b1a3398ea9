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

using Workers = Kokkos::RangePolicy<DeviceSpace, Kokkos::IndexType<std::int64_t>>;

template <typename T, int unroll, bool prefetch, bool spread>
double run_read(const Arrays& arrays, const Partition& partition, const LoopOptions& options,
                std::int64_t passes) {
    const T* x = static_cast<const T*>(arrays.x);
    T total = 0;
    Kokkos::parallel_reduce(
        "stream_read", Workers(0, partition.workers),
        KOKKOS_LAMBDA(std::int64_t worker, T & sum) {
            sum += read<unroll, prefetch, spread>(x, partition.walk(worker), options, passes);
        },
        total);
    return static_cast<double>(total);
}

template <typename T, int unroll, bool prefetch, bool spread>
double run_copy(const Arrays& arrays, const Partition& partition, const LoopOptions& options,
                std::int64_t passes) {
    const T* x = static_cast<const T*>(arrays.x);
    T* y = static_cast<T*>(arrays.y);
    Kokkos::parallel_for(
        "stream_copy", Workers(0, partition.workers), KOKKOS_LAMBDA(std::int64_t worker) {
            const Walk walk = partition.walk(worker);
            for (std::int64_t pass = 0; pass < passes; ++pass) {
                copy<unroll, prefetch, spread>(x, y, walk, options);
                forget_memory();
            }
        });
    Kokkos::fence("stream_copy");
    return 0;
}

template <typename T, int unroll, bool prefetch, bool spread>
double run_triad(const Arrays& arrays, const Partition& partition, const LoopOptions& options,
                 std::int64_t passes) {
    const T *x = static_cast<const T*>(arrays.x), *z = static_cast<const T*>(arrays.z);
    T* y = static_cast<T*>(arrays.y);
    Kokkos::parallel_for(
        "stream_triad", Workers(0, partition.workers), KOKKOS_LAMBDA(std::int64_t worker) {
            const Walk walk = partition.walk(worker);
            for (std::int64_t pass = 0; pass < passes; ++pass) {
                triad<unroll, prefetch, spread>(x, z, T(triad_factor), y, walk, options);
                forget_memory();
            }
        });
    Kokkos::fence("stream_triad");
    return 0;
}

template <typename T, int unroll, bool prefetch, bool spread>
double run_loops(Pattern pattern, const Arrays& arrays, const Tuning& tuning, std::int64_t passes) {
    const Partition partition(arrays.n, unroll, pack_width<T>(), tuning.spread);
    const LoopOptions options{.prefetch_elements = tuning.prefetch_bytes / static_cast<int>(sizeof(T)),
                              .nontemporal = tuning.nontemporal};
    switch (pattern) {
        case Pattern::read:
            return run_read<T, unroll, prefetch, spread>(arrays, partition, options, passes);
        case Pattern::copy:
            return run_copy<T, unroll, prefetch, spread>(arrays, partition, options, passes);
        case Pattern::triad:
            return run_triad<T, unroll, prefetch, spread>(arrays, partition, options, passes);
    }
    return 0;
}

using Run = double (*)(Pattern, const Arrays&, const Tuning&, std::int64_t passes);

// On a device packs in flight are always spread: neighbouring threads take neighbouring elements.
template <typename T, int unroll, bool prefetch>
Run run_by_order(bool spread) {
    if constexpr (device_is_host)
        if (!spread) return run_loops<T, unroll, prefetch, false>;
    return run_loops<T, unroll, prefetch, true>;
}

template <typename T>
Run run_by_tuning(const Tuning& tuning) {
    const bool prefetch = tuning.prefetch_bytes > 0;
    if (tuning.unroll == 4)
        return prefetch ? run_by_order<T, 4, true>(tuning.spread) : run_by_order<T, 4, false>(tuning.spread);
    if (tuning.unroll == 8)
        return prefetch ? run_by_order<T, 8, true>(tuning.spread) : run_by_order<T, 8, false>(tuning.spread);
    throw Error(ExitCode::failed, "stream: unroll should be 4 or 8");
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
    const auto run_it =
        arrays.precision == Precision::fp64 ? run_by_tuning<double>(tuning) : run_by_tuning<float>(tuning);
    return run_it(pattern, arrays, tuning, passes);
}

}  // namespace ridge::operators::stream
