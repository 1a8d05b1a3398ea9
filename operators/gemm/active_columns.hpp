// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/gemm/gemv.hpp"
#include "operators/gemm/sparse_lanes.hpp"

/// GEMM that reads only the weight columns whose activations are not all zero, dense weights or blocks of
/// them. Weights lie by columns: a panel holds some features of one row of blocks, block by block, and in
/// each block those features of a column side by side. Each run first lists the columns that it needs.
namespace ridge::operators {

struct ColumnPanels {
    std::int64_t features = 0;                       ///< of a panel
    std::int64_t panels = 0, panels_per_row = 0;     ///< of all, and of a row of blocks
    std::int64_t block_rows = 0, block_columns = 0;  ///< n and k where weights are dense
    Buffer start;         ///< int64: first kept block of each row of blocks, and one past the last
    Buffer block_column;  ///< int32: of each kept block, ascending in its row
    Buffer values;        ///< [row of blocks][panel][kept block][column][feature], as stored

    [[nodiscard]] static ColumnPanels pack(const GemmOperands& operands, std::int64_t features);
};

inline constexpr RegisterTile active_tiles[] = {{1, 8}, {1, 1}, {1, 2}, {1, 4}, {1, 16}, {4, 4}};

std::unique_ptr<PreparedKernel> prepare_active_fp32(const GemmOperands& operands, const KernelConfig& config);
std::unique_ptr<PreparedKernel> prepare_active_16_bits(const GemmOperands& operands,
                                                       const KernelConfig& config);
std::unique_ptr<PreparedKernel> prepare_active_int8(const GemmOperands& operands, const KernelConfig& config);

}  // namespace ridge::operators
