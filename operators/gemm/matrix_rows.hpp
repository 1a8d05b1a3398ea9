// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Kokkos_Core.hpp>
#include <cstdint>

/// Which rows of A meet which matrix of weights, as kernels see it.
namespace ridge::operators {

/// For kernels whose tasks are panels times tiles of rows: the same number of tiles for every matrix, so that
/// some tasks of matrices with fewer rows have nothing to do.
struct MatrixRows {
    const std::int64_t* starts = nullptr;  ///< first row of each matrix, and one past the last
    std::int64_t panels = 1;               ///< of one matrix
    std::int64_t row_tiles = 1;            ///< of the matrix with the most rows

    /// A tile of rows and a panel.
    struct Place {
        std::int64_t matrix, panel;    ///< the panel within its matrix
        std::int64_t row, valid_rows;  ///< none or negative: nothing to do
    };
    /// Panels are the slow index, so that a panel is still in the cache for its next rows.
    [[nodiscard]] KOKKOS_FORCEINLINE_FUNCTION Place place(std::int64_t task, std::int64_t mr) const {
        const std::int64_t panel = task / row_tiles, matrix = panel / panels;
        const std::int64_t row = starts[matrix] + task % row_tiles * mr;
        return {matrix, panel % panels, row, Kokkos::min(mr, starts[matrix + 1] - row)};
    }
};

/// For kernels that go through tiles of rows by themselves.
struct RowTile {
    std::int64_t row;
    std::int64_t valid_rows;
    std::int64_t matrix;
};

}  // namespace ridge::operators
