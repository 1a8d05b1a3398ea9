// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/sparsity.hpp"

namespace ridge::operators {

/// Which elements of a sparse rows × columns matrix are kept, by a hash of their place (or of their block's).
class ZeroPattern {
  public:
    ZeroPattern(const Sparsity& sparsity, std::int64_t rows, std::int64_t columns, std::uint64_t seed,
                std::uint64_t stream);

    /// Writes 0 for each element of a row that is pruned; the others stay as they are.
    void mark_pruned(std::int64_t row, std::span<std::uint8_t> keeps) const;
    /// Whether block (row, column) is kept; only for sparsity of blocks.
    [[nodiscard]] bool block_kept(std::int64_t block_row, std::int64_t block_column) const;

  private:
    void choose_blocks(std::int64_t rows);

    Sparsity sparsity_;
    std::int64_t columns_;
    std::uint64_t seed_, stream_;
    std::vector<std::uint8_t> kept_blocks_;
};

}  // namespace ridge::operators
