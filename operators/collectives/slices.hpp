// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/rows.hpp"

/// An array in slices, one for each part, and a slice in chunks: who does what in a collective operator.
/// Tasks are ordered by part, so that a host's threads form groups of neighbours.
namespace ridge::operators {

struct Slices {
    std::int64_t ranks, length;  ///< of the whole array, in elements or bytes
    std::int64_t slice, chunk;   ///< the last slices may be shorter or empty

    /// Elements of one chunk: `count` from `first` on, counted from the beginning of the array.
    struct Range {
        std::int64_t first, count;
    };

    [[nodiscard]] KOKKOS_FUNCTION std::int64_t chunks() const { return (slice + chunk - 1) / chunk; }
    [[nodiscard]] KOKKOS_FUNCTION std::int64_t tasks() const { return ranks * chunks(); }
    [[nodiscard]] KOKKOS_FUNCTION Range range(std::int64_t part, std::int64_t index) const {
        const std::int64_t first = part * slice + index * chunk;
        const std::int64_t end = Kokkos::min(length, Kokkos::min((part + 1) * slice, first + chunk));
        return {first, Kokkos::max<std::int64_t>(0, end - first)};
    }
};

/// Slices of equal size but for the last ones, that begin at cache lines of an aligned array.
[[nodiscard]] inline Slices aligned_slices(std::int64_t ranks, std::int64_t length, std::int64_t chunk) {
    constexpr std::int64_t step = 64;  // elements; a line has 64 bytes
    const std::int64_t share = (length + ranks - 1) / ranks;
    return {ranks, length, (share + step - 1) / step * step, chunk};
}

/// Elements of a chunk, from parameter "chunk" in KiB.
[[nodiscard]] inline std::int64_t chunk_elements(const KernelConfig& config, std::size_t element_bytes) {
    return config.integer("chunk") * 1024 / static_cast<std::int64_t>(element_bytes);
}

[[nodiscard]] inline TunableParameter chunk_parameter() {
    return integer_parameter("chunk", {64, 16, 256, 1024},
                             "KiB of an array that a thread or team takes at a time");
}

}  // namespace ridge::operators
