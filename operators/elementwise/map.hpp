// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/chunks.hpp"

/// Operators with an output element for each input element, over rows without gaps between them: one loop
/// over all elements. `Function` has `inputs` (1 or 2) and apply<T>(a) or apply<T>(a, b) on packs.
namespace ridge::operators {

template <typename Function, typename T>
struct Map {
    const T *a, *b;  // b: null with one input
    T* y;
    bool past_caches;

    template <typename Step>
    KOKKOS_FORCEINLINE_FUNCTION void operator()(const Step& step, std::int64_t i) const {
        // Far enough that memory answers while the functions of the elements between are computed; hardware
        // prefetching ends with a page.
        constexpr std::int64_t ahead = 2048 / static_cast<std::int64_t>(sizeof(T));
        typename Step::template Vectors<T> value;
        prefetch(a + i + ahead);
        if constexpr (Step::parts * lanes_of<T> * sizeof(T) > 64) prefetch(a + i + ahead + lanes_of<T>);
        step.load(a + i, value);
        if constexpr (Function::inputs == 2) {
            typename Step::template Vectors<T> second;
            prefetch(b + i + ahead);
            if constexpr (Step::parts * lanes_of<T> * sizeof(T) > 64) prefetch(b + i + ahead + lanes_of<T>);
            step.load(b + i, second);
            for (int part = 0; part < Step::parts; ++part)
                value[part] = Function::template apply<T>(value[part], second[part]);
        } else {
            for (int part = 0; part < Step::parts; ++part)
                value[part] = Function::template apply<T>(value[part]);
        }
        step.store(y + i, value, past_caches);
    }
    /// On a GPU: element `i`.
    KOKKOS_FUNCTION void operator()(const std::int64_t i) const { (*this)(OnePack{1}, i); }

    void stretch(std::int64_t first, std::int64_t end) const {
        const Map from_first{a + first, Function::inputs == 2 ? b + first : nullptr, y + first, past_caches};
        for_each_step<T>(end - first, HostTeam(), from_first);
        if (past_caches) drain_stores();
    }
};

/// Runs the map over `n` elements; every thread of a host takes one stretch that begins with a cache line.
template <typename Function, typename T>
void run_map(std::int64_t n, const RowTuning& tuning, const Map<Function, T>& map) {
    using Range =
        Kokkos::RangePolicy<DeviceSpace, Kokkos::Schedule<Kokkos::Static>, Kokkos::IndexType<std::int64_t>>;
    if constexpr (device_is_host) {
        constexpr std::int64_t line = 64;  // elements, of one byte at least
        const std::int64_t lines = (n + line - 1) / line;
        const std::int64_t threads = tuning.one_thread ? 1 : DeviceSpace().concurrency();
        if (threads == 1) return map.stretch(0, n);
        Kokkos::parallel_for("map", Range(0, threads), [=](const std::int64_t thread) {
            map.stretch(lines * thread / threads * line,
                        Kokkos::min(n, lines * (thread + 1) / threads * line));
        });
    } else {
        Kokkos::parallel_for("map", Range(0, n), map);
    }
}

}  // namespace ridge::operators
