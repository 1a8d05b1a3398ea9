// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/gemm/packing.hpp"
#include "operators/gemm/sparse_lanes.hpp"
#include "operators/gemm/variants.hpp"

/// Weights whose kept values stand anywhere, as slices of padded rows (SELL-C-sigma; Kreutzer et al. 2014):
/// features are sorted by how many values they keep, a slice takes `slice_features` neighbours of that order,
/// and each step of a slice holds one kept value of each of its features and the column it multiplies, in 16
/// bits. Rows that are shorter than their slice end in zeros.
namespace ridge::operators {

/// Lanes of a slice: a vector of them on a host, a warp on a GPU.
inline constexpr std::int64_t slice_features = lanes > 1 ? 16 : 32;
static_assert(slice_features % lanes == 0);

inline constexpr std::int64_t most_sliced_columns = 65536;

struct PackedSlices {
    std::int64_t slices = 0;
    Buffer start;    ///< int64: first step of each slice, and one past the last
    Buffer feature;  ///< int32: of each lane of each slice; -1: none
    Buffer columns;  ///< uint16: [step][lane]
    Buffer values;   ///< [step][lane], as stored

    /// Slices are dealt out so that `threads` equal stretches of them hold about the same number of values.
    [[nodiscard]] static PackedSlices pack(const GemmOperands& operands, std::int64_t threads);
};

template <typename T>
struct SliceView {
    const std::int64_t* start;
    const std::int32_t* feature;
    const std::uint16_t* columns;
    const T* values;
};

std::unique_ptr<PreparedKernel> prepare_sliced_rows(const GemmOperands& operands, const KernelConfig& config);

}  // namespace ridge::operators
