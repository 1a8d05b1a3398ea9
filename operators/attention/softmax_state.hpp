// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/math.hpp"

/// What the kernels of attention share: softmax over a stream of positions in powers of 2 (online softmax,
/// Milakov and Gimelshein 2018), its state in memory, and what each query sees.
namespace ridge::operators {

/// Below every score and yet finite, so that differences with it are numbers: the largest score of no
/// positions.
inline constexpr float no_score = -1e30F;
/// Score of a position that is masked.
inline constexpr float masked_score = -INFINITY;

using math::exp2;

/// One row's weighted sum of values, its largest score so far and the sum of its weights.
struct PartialRows {
    static constexpr std::int64_t tail = 16;  // floats after the sums, so that rows begin on cache lines
    float* data = nullptr;
    std::int64_t width = 0;  ///< value_dim, rounded up to what the kernel computes at once

    [[nodiscard]] KOKKOS_FORCEINLINE_FUNCTION float* sums(std::int64_t row) const {
        return data + row * (width + tail);
    }
    [[nodiscard]] KOKKOS_FORCEINLINE_FUNCTION float& largest(std::int64_t row) const {
        return sums(row)[width];
    }
    [[nodiscard]] KOKKOS_FORCEINLINE_FUNCTION float& total(std::int64_t row) const {
        return sums(row)[width + 1];
    }
    KOKKOS_FORCEINLINE_FUNCTION void clear(std::int64_t row) const {
        for (std::int64_t d = 0; d < width; ++d) sums(row)[d] = 0.0F;
        largest(row) = no_score;
        total(row) = 0.0F;
    }
};

/// Which positions a row sees. Rows are the queries of a kv head's group: row = query · group + head.
struct Mask {
    std::int64_t first_query = 0;  ///< position of the first query
    std::int64_t window = 0, group = 1;

    [[nodiscard]] KOKKOS_FORCEINLINE_FUNCTION std::int64_t last(std::int64_t row) const {
        return first_query + row / group;
    }
    [[nodiscard]] KOKKOS_FORCEINLINE_FUNCTION std::int64_t first(std::int64_t row) const {
        return Kokkos::max<std::int64_t>(0, last(row) - window + 1);
    }
};

}  // namespace ridge::operators
