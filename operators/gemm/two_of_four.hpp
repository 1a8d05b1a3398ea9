// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/gemm/dot.hpp"
#include "operators/gemm/gemv.hpp"

/// 2:4 sparse weights: of each four values along k of each feature two are stored, with a bit mask of where
/// they stood (one bit for each dense value, as much as the two 2-bit positions of other formats). 64 bytes
/// of dense values, the same four along k of several features, become 32 bytes; a panel holds `vectors` of
/// them for each group along k.
namespace ridge::operators {

inline constexpr std::int64_t dense_vector_bytes = 64;
inline constexpr std::int64_t kept_vector_bytes = dense_vector_bytes / 2;
inline constexpr std::int64_t group_length = 4;

struct PackedTwoOfFour {
    std::int64_t groups = 0, panels = 0;
    std::int64_t features_per_vector = 0, vectors = 0;
    std::int64_t mask_bytes = 0;  ///< of one vector: one bit for each of its dense values
    Buffer kept, masks;           ///< [panel][group][vector]

    [[nodiscard]] std::int64_t columns() const { return features_per_vector * vectors; }
    [[nodiscard]] static PackedTwoOfFour pack(const GemmOperands& operands, std::int64_t vectors);
};

std::unique_ptr<PreparedKernel> prepare_2of4_portable(const GemmOperands& operands,
                                                      const KernelConfig& config);

inline constexpr RegisterTile two_of_four_tiles[] = {{1, 4}, {1, 2}, {1, 8}, {4, 4}, {8, 2}};
std::unique_ptr<PreparedKernel> prepare_2of4_avx512(const GemmOperands& operands, const KernelConfig& config);

}  // namespace ridge::operators
