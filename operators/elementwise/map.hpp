// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/rows.hpp"

/// Operators with an output element for each input element, over rows without gaps between them: one loop
/// over all elements. `Function` has `inputs` (1 or 2) and apply<T>(a) or apply<T>(a, b) on packs.
namespace ridge::operators {

template <typename Function, typename T>
struct Map {
    static constexpr int width = lanes_of<T>;
    const T *a, *b;  // b: null with one input
    T* y;

    KOKKOS_FORCEINLINE_FUNCTION void whole(std::int64_t i, bool past_caches) const {
        Vector<Compute<T>> value;
        if constexpr (Function::inputs == 1)
            value = Function::template apply<T>(load_pack(a + i));
        else
            value = Function::template apply<T>(load_pack(a + i), load_pack(b + i));
        past_caches ? store_past_caches(y + i, value) : store_pack(y + i, value);
    }
    KOKKOS_FORCEINLINE_FUNCTION void part(std::int64_t i, int count) const {
        if constexpr (Function::inputs == 1)
            store_part(y + i, Function::template apply<T>(load_part(a + i, count)), count);
        else
            store_part(y + i, Function::template apply<T>(load_part(a + i, count), load_part(b + i, count)),
                       count);
    }
    /// On a GPU: pack number `pack`, of one element.
    KOKKOS_FUNCTION void operator()(const std::int64_t pack) const { whole(pack * width, false); }

    void stretch(std::int64_t first, std::int64_t end, bool past_caches) const {
        std::int64_t i = first;
        if (past_caches)
            for (; i + width <= end; i += width) whole(i, true);
        else
            for (; i + width <= end; i += width) whole(i, false);
        if (i < end) part(i, static_cast<int>(end - i));
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
        if (threads == 1) return map.stretch(0, n, tuning.past_caches);
        Kokkos::parallel_for("map", Range(0, threads), [=](const std::int64_t thread) {
            map.stretch(lines * thread / threads * line,
                        Kokkos::min(n, lines * (thread + 1) / threads * line), tuning.past_caches);
        });
    } else {
        Kokkos::parallel_for("map", Range(0, n), map);
    }
}

}  // namespace ridge::operators
