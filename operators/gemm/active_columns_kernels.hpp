// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/gemm/active_columns.hpp"

namespace ridge::operators {

/// Columns of MR rows of A that are not all zero: `columns` ascending, `values` MR of each, and how many of
/// them stand before each column of blocks.
template <typename Sum>
struct ActiveList {
    std::int32_t* columns;
    Sum* values;
    std::int32_t* before;
};

/// Lists the active columns of one tile of rows, one step of a parallel scan for each column of A.
template <typename T, int MR>
struct ListColumns {
    using Sum = SparseSum<T>;
    const T* a;
    std::int64_t a_row, row, m, k, block_columns;
    ActiveList<Sum> list;

    KOKKOS_FUNCTION void operator()(const std::int64_t column, std::int32_t& count,
                                    const bool is_final) const {
        Sum values[static_cast<std::size_t>(MR)];
        bool active = false;
        for (int i = 0; i < MR; ++i) {
            values[i] = row + i < m ? widen(a[(row + i) * a_row + column]) : Sum(0);
            active = active || values[i] != Sum(0);
        }
        if (is_final) {
            if (column % block_columns == 0) list.before[column / block_columns] = count;
            if (active) {
                list.columns[count] = static_cast<std::int32_t>(column);
                for (int i = 0; i < MR; ++i) list.values[count * MR + i] = values[i];
            }
            if (column + 1 == k) list.before[k / block_columns] = count + (active ? 1 : 0);
        }
        count += active ? 1 : 0;
    }
};

/// One panel by MR rows of A.
template <typename T, int MR, int NV>
struct ActiveTask {
    using Sum = SparseSum<T>;
    static constexpr std::int64_t features = NV * lanes;
    const std::int64_t* start;
    const std::int32_t* block_column;
    const T* weights;
    ActiveList<Sum> list;
    SparseResult<Sum> c;
    std::int64_t row, m, panels_per_row, block_rows, block_columns, ahead;

    KOKKOS_FUNCTION void operator()(const std::int64_t panel) const {
        Vector<Sum> sums[static_cast<std::size_t>(MR)][static_cast<std::size_t>(NV)];
        RIDGE_UNROLL for (int i = 0; i < MR; ++i) RIDGE_UNROLL for (int j = 0; j < NV; ++j) sums[i][j] =
            Vector<Sum>(Sum(0));
        const std::int64_t block_row = panel / panels_per_row, part = panel % panels_per_row;
        const std::int64_t begin = start[block_row], end = start[block_row + 1];
        const T* w = weights + (begin * panels_per_row + part * (end - begin)) * block_columns * features;
        for (std::int64_t block = begin; block < end; ++block, w += block_columns * features)
            add_block(sums, block_column[block], w);
        const std::int64_t column = block_row * block_rows + part * features,
                           valid = block_rows - part * features;
        for (int i = 0; i < MR && row + i < m; ++i)
            for (int j = 0; j < NV && j * lanes < valid; ++j)
                c.write(row + i, column + j * lanes, sums[i][j],
                        static_cast<int>(Kokkos::min<std::int64_t>(lanes, valid - j * lanes)));
    }

    KOKKOS_FORCEINLINE_FUNCTION void add_block(
        Vector<Sum> (&sums)[static_cast<std::size_t>(MR)][static_cast<std::size_t>(NV)], std::int64_t column,
        const T* w) const {
        const std::int64_t first = column * block_columns, last = list.before[column + 1];
        for (std::int64_t at = list.before[column]; at < last; ++at) {
            const std::int64_t next = Kokkos::min(at + ahead, last - 1);
            const T* later = w + (list.columns[next] - first) * features;
            const T* here = w + (list.columns[at] - first) * features;
            Vector<Sum> activations[static_cast<std::size_t>(MR)];
            RIDGE_UNROLL for (int i = 0; i < MR; ++i) activations[i] = Vector<Sum>(list.values[at * MR + i]);
            RIDGE_UNROLL for (int j = 0; j < NV; ++j) {
                prefetch(later + j * lanes);
                const auto values = load_weights(here + j * lanes);
                RIDGE_UNROLL for (int i = 0; i < MR; ++i) sums[i][j] =
                    multiply_add(values, activations[i], sums[i][j]);
            }
        }
    }
};

template <typename T, int MR, int NV>
class ActiveGemm : public PreparedGemm {
    using Sum = SparseSum<T>;

  public:
    ActiveGemm(const GemmOperands& operands, std::int64_t ahead)
        : PreparedGemm(operands),
          w_(ColumnPanels::pack(operands, NV * lanes)),
          a_(upload_activations(operands)),
          columns_(static_cast<std::size_t>(call().k) * sizeof(std::int32_t)),
          values_(static_cast<std::size_t>(call().k * MR) * sizeof(Sum)),
          before_(static_cast<std::size_t>(call().k / w_.block_columns + 1) * sizeof(std::int32_t)),
          ahead_(ahead) {}

    void run() override {
        const std::int64_t a_row = words_of_row(call()) * 4 / static_cast<std::int64_t>(sizeof(T));
        const ActiveList<Sum> list{columns_.as<std::int32_t>(), values_.template as<Sum>(),
                                   before_.as<std::int32_t>()};
        for (std::int64_t row = 0; row < call().m; row += MR) {
            Kokkos::parallel_scan(
                "gemm active columns", SparseRange(0, call().k),
                ListColumns<T, MR>{a_.as<T>(), a_row, row, call().m, call().k, w_.block_columns, list});
            const ActiveTask<T, MR, NV> task{w_.start.template as<std::int64_t>(),
                                             w_.block_column.template as<std::int32_t>(),
                                             w_.values.template as<T>(),
                                             list,
                                             {output().template as<void>(), call().n, call().c.precision},
                                             row,
                                             call().m,
                                             w_.panels_per_row,
                                             w_.block_rows,
                                             w_.block_columns,
                                             ahead_};
            Kokkos::parallel_for("gemm active", SparseRange(0, w_.panels), task);
        }
        DeviceSpace().fence("gemm active");
    }

    [[nodiscard]] std::int64_t workspace_bytes() const override {
        return static_cast<std::int64_t>(columns_.bytes() + values_.bytes() + before_.bytes());
    }
    std::vector<MemoryRegion> regions() override {
        return {a_.region(),       w_.start.region(), w_.block_column.region(), w_.values.region(),
                columns_.region(), values_.region(),  before_.region(),         output().region()};
    }

  private:
    ColumnPanels w_;
    Buffer a_, columns_, values_, before_;
    std::int64_t ahead_;
};

template <typename T>
[[nodiscard]] std::unique_ptr<PreparedKernel> prepare_active(const GemmOperands& operands,
                                                             const KernelConfig& config) {
    return with_tile<active_tiles>(
        static_cast<int>(config.integer("mr")), static_cast<int>(config.integer("nr")),
        [&]<typename Index>(Index) -> std::unique_ptr<PreparedKernel> {
            constexpr auto tile = active_tiles[Index::value];
            return std::make_unique<ActiveGemm<T, tile.mr, tile.nr>>(operands, config.integer("ahead"));
        });
}

}  // namespace ridge::operators
