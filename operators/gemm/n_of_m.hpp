// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/gemm/gemv.hpp"
#include "operators/gemm/sparse_lanes.hpp"

/// N:M sparse weights for M of 2, 4, 8 or 16. k is cut into windows of 16 columns, in each of which a feature
/// keeps the same number of values; a vector takes one of them from each of 16 features, and a word beside it
/// their places in the window, 4 bits each. The kernel then holds a window of activations in a register and
/// picks from it.
namespace ridge::operators {

inline constexpr std::int64_t window_columns = 16;
/// Features of a vector of kept values, also where the machine's vectors are shorter.
inline constexpr std::int64_t vector_features = 16;
static_assert(vector_features % lanes == 0);

/// Positions of one group of N:M weights, as stored, that are packed: those that are not zero, by
/// construction at most N, and the first others up to N of them. Ascending.
void find_kept(const GemmOperands& operands, const std::byte* group, std::vector<int>& kept);

struct PackedWindows {
    std::int64_t windows = 0, steps = 0;   ///< steps: values that a feature keeps in a window
    std::int64_t vectors = 0, panels = 0;  ///< vectors of features of a panel
    Buffer values;                         ///< [panel][window][step][vector][feature], as stored
    Buffer places;                         ///< uint64: [panel][window][step][vector], see place_shift()

    [[nodiscard]] std::int64_t columns() const { return vectors * vector_features; }
    [[nodiscard]] static PackedWindows pack(const GemmOperands& operands, std::int64_t vectors);
};

/// Where the 4 bits of feature `feature` of a vector begin: even features in the low half of the word, odd
/// ones in the high half, so that every 32-bit lane of a broadcast word has its own bits in reach of a shift
/// by feature / 2 · 4.
KOKKOS_FORCEINLINE_FUNCTION constexpr int place_shift(int feature) {
    return feature % 2 * 32 + feature / 2 * 4;
}

inline constexpr RegisterTile n_of_m_tiles[] = {{1, 2}, {1, 4}, {1, 8}, {4, 4}, {8, 2}};

std::unique_ptr<PreparedKernel> prepare_n_of_m_fp32(const GemmOperands& operands, const KernelConfig& config);
std::unique_ptr<PreparedKernel> prepare_n_of_m_16_bits(const GemmOperands& operands,
                                                       const KernelConfig& config);
std::unique_ptr<PreparedKernel> prepare_n_of_m_int8(const GemmOperands& operands, const KernelConfig& config);

}  // namespace ridge::operators
