// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/gemm/gemv.hpp"

namespace ridge::operators {

inline constexpr RegisterTile block_tiles[] = {{1, 1}, {1, 2}, {1, 4}, {4, 1}, {4, 4}, {8, 1}, {8, 2}};

/// The features of a block row are cut into panels of NR vectors; a panel holds its part of each kept block,
/// one after another, so that a task reads one run of memory, and shares the list of kept block columns with
/// its block row.
template <typename Dot, int NR>
struct BlockWeights {
    using Word = typename Dot::Word;
    static constexpr std::int64_t columns = NR * lanes;
    const Word* data;
    const std::int32_t* row_start;     ///< of each block row in block_column, and one past the end
    const std::int32_t* block_column;  ///< ascending in each block row
    std::int64_t block_rows, block_words, panels_per_row;
    std::int64_t prefetch_bytes;

    KOKKOS_FORCEINLINE_FUNCTION std::int64_t first_column(std::int64_t panel) const {
        return panel / panels_per_row * block_rows + panel % panels_per_row * columns;
    }
    KOKKOS_FORCEINLINE_FUNCTION int valid_columns(std::int64_t panel, std::int64_t) const {
        return static_cast<int>(
            Kokkos::min(std::int64_t{columns}, block_rows - panel % panels_per_row * columns));
    }
    template <typename MicroTile, typename Rows>
    KOKKOS_FORCEINLINE_FUNCTION void accumulate(MicroTile& tile, const Rows& rows, std::int64_t panel) const {
        const std::int64_t row = panel / panels_per_row, part = panel % panels_per_row;
        const std::int64_t begin = row_start[row], end = row_start[row + 1],
                           block_size = block_words * columns;
        const Word* w = data + (begin * panels_per_row + part * (end - begin)) * block_size;
        for (std::int64_t block = begin; block < end; ++block, w += block_size)
            tile.template accumulate<true>(rows.from(block_column[block] * block_words), w, block_words,
                                           prefetch_bytes);
    }
};

/// Packed weights of BlockWeights, `columns` features a panel; see there.
struct PackedBlocks {
    std::int64_t block_words = 0, panels_per_row = 0, panels = 0;
    Buffer data, row_start, block_column;

    [[nodiscard]] static PackedBlocks pack(const GemmOperands& operands, std::int64_t columns);
};

template <typename Dot, int NR>
class BlockStorage {
  public:
    BlockStorage(const GemmOperands& operands, const SkinnyConfig& config)
        : packed_(PackedBlocks::pack(operands, NR * lanes)),
          block_rows_(operands.call().sparsity.block_rows),
          prefetch_bytes_(config.prefetch_bytes) {}

    [[nodiscard]] std::int64_t panels() const { return packed_.panels; }
    [[nodiscard]] std::vector<MemoryRegion> regions() const {
        return {packed_.data.region(), packed_.row_start.region(), packed_.block_column.region()};
    }
    [[nodiscard]] BlockWeights<Dot, NR> view() const {
        return {packed_.data.as<typename Dot::Word>(),
                packed_.row_start.as<std::int32_t>(),
                packed_.block_column.as<std::int32_t>(),
                block_rows_,
                packed_.block_words,
                packed_.panels_per_row,
                prefetch_bytes_};
    }

  private:
    PackedBlocks packed_;
    std::int64_t block_rows_;
    std::int64_t prefetch_bytes_;
};

std::unique_ptr<PreparedKernel> prepare_block_fp32(const GemmOperands& operands, const KernelConfig& config);
std::unique_ptr<PreparedKernel> prepare_block_bf16(const GemmOperands& operands, const KernelConfig& config);
std::unique_ptr<PreparedKernel> prepare_block_int8(const GemmOperands& operands, const KernelConfig& config);

}  // namespace ridge::operators
