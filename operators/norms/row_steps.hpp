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

}  // namespace ridge::operators
