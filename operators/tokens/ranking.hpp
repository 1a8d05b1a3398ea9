// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "operators/chunks.hpp"

/// Finding the largest scores of a row.
namespace ridge::operators {

/// Score `a` at index `i` comes before score `b` at index `j`.
template <typename C>
KOKKOS_FORCEINLINE_FUNCTION bool ranks_before(C a, std::int64_t i, C b, std::int64_t j) {
    return a > b || (a == b && i < j);
}

template <typename T>
struct LargestOf {
    const T* x;
    Vector<Compute<T>>* largest;
    template <typename Step>
    KOKKOS_FORCEINLINE_FUNCTION void operator()(const Step& step, std::int64_t j) const {
        typename Step::template Vectors<T> value;
        prefetch(x + j + 4096 / sizeof(T));
        step.load(x + j, value);
        for (int part = 0; part < Step::parts; ++part)
            largest[part] = Kokkos::max(largest[part], value[part]);
    }
};

/// Largest of `count` elements, at least `least`; every thread of the team gets it.
template <typename T, typename Team>
KOKKOS_FORCEINLINE_FUNCTION Compute<T> largest_of(const T* x, std::int64_t count, Compute<T> least,
                                                  const Team& team) {
    using V = Vector<Compute<T>>;
    const std::int64_t whole = count / lanes_of<T> * lanes_of<T>;
    V largest[2] = {V(least), V(least)};
    for_each_step<T>(whole, team, LargestOf<T>{x, largest});
    auto most = team.max(max_lanes(Kokkos::max(largest[0], largest[1])));
    for (std::int64_t j = whole; j < count; ++j)
        most = Kokkos::max(most, static_cast<Compute<T>>(to_float(x[j])));
    return most;
}

/// The best k scores so far, best first, in memory of the caller's; the first `count` places are taken.
template <typename C>
struct BestScores {
    C* values;
    std::int32_t* indices;
    std::int64_t k, count = 0;

    /// Below or at it no later score is among the best.
    [[nodiscard]] KOKKOS_FORCEINLINE_FUNCTION bool accepts(C value) const {
        return count < k || value > values[k - 1];
    }
    /// A score with a higher index than all before: equal scores stay in front.
    KOKKOS_FORCEINLINE_FUNCTION void add(C value, std::int64_t index) {
        std::int64_t at = count < k ? count++ : k - 1;
        for (; at > 0 && values[at - 1] < value; --at) {
            values[at] = values[at - 1];
            indices[at] = indices[at - 1];
        }
        values[at] = value;
        indices[at] = static_cast<std::int32_t>(index);
    }
};

/// Fills `best` from a row of n >= k scores, by one thread: packs without a score above the k-th best so far
/// are passed over at once.
template <typename T>
KOKKOS_FUNCTION void rank_row(const T* x, std::int64_t n, BestScores<Compute<T>>& best) {
    using C = Compute<T>;
    for (std::int64_t first = 0; first < n; first += lanes_of<T>) {
        const std::int64_t count = Kokkos::min<std::int64_t>(lanes_of<T>, n - first);
        prefetch(x + first + 2048 / sizeof(T));
        if (best.count == best.k && count == lanes_of<T> &&
            simd::none_of(load_pack(x + first) > Vector<C>(best.values[best.k - 1])))
            continue;
        for (std::int64_t j = first; j < first + count; ++j)
            if (const auto value = static_cast<C>(to_float(x[j])); best.accepts(value)) best.add(value, j);
    }
}

/// Reference: indices of the k largest of `scores`, best first.
[[nodiscard]] std::vector<std::int64_t> ranked(const std::vector<double>& scores, std::int64_t k);

}  // namespace ridge::operators
