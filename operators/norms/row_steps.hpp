// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/chunks.hpp"

/// Passes over a row for kernels that reduce it first.
namespace ridge::operators {

/// What a thread has gathered of a row, for each part of a step.
template <typename T>
struct Gathered {
    using V = Vector<Compute<T>>;
    V part[2];
    KOKKOS_FORCEINLINE_FUNCTION explicit Gathered(Compute<T> start) : part{V(start), V(start)} {}
    template <typename Team>
    [[nodiscard]] KOKKOS_FORCEINLINE_FUNCTION Compute<T> sum(const Team& team) const {
        return team.sum(sum_lanes(part[0] + part[1]));
    }
    template <typename Team>
    [[nodiscard]] KOKKOS_FORCEINLINE_FUNCTION Compute<T> max(const Team& team) const {
        return team.max(max_lanes(Kokkos::max(part[0], part[1])));
    }
};

/// Asks for a part of the row after this one, of `n` elements, into the second cache, while step `j` of pass
/// `pass` runs: every pass asks for its share, so that memory answers during all of them alike.
template <int pass, int passes, typename T>
KOKKOS_FORCEINLINE_FUNCTION void prefetch_next_row([[maybe_unused]] const T* row,
                                                   [[maybe_unused]] std::int64_t n,
                                                   [[maybe_unused]] std::int64_t j) {
    static_assert(passes >= 2, "a step of up to two cache lines asks for one");
    KOKKOS_IF_ON_HOST((__builtin_prefetch(row + n + (pass * n + j) / passes, 0, 2);))
}

}  // namespace ridge::operators
