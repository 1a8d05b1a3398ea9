// SPDX-License-Identifier: Apache-2.0
#include "operators/gemm/zero_pattern.hpp"

#include <algorithm>
#include <cmath>

#include "operators/random.hpp"

namespace ridge::operators {
namespace {

// Zeroes all but `kept` of a group's marks, chosen by `bits`.
void prune_group(std::span<std::uint8_t> keeps, int kept, std::uint64_t bits) {
    int wanted = kept;
    for (std::size_t left = keeps.size(); left > 0; --left) {
        const bool keep = static_cast<int>(bits % left) < wanted;
        bits = bits / left ^ bits << 32;
        if (keep)
            --wanted;
        else
            keeps[keeps.size() - left] = 0;
    }
}

}  // namespace

ZeroPattern::ZeroPattern(const Sparsity& sparsity, std::int64_t rows, std::int64_t columns,
                         std::uint64_t seed, std::uint64_t stream)
    : sparsity_(sparsity), columns_(columns), seed_(seed), stream_(stream) {
    if (sparsity.kind == Sparsity::Kind::block) choose_blocks(rows);
}

// Keeps exactly the share of the blocks (to the nearest block): those with the smallest hashes.
void ZeroPattern::choose_blocks(std::int64_t rows) {
    kept_blocks_.assign(static_cast<std::size_t>(rows / sparsity_.block_rows) *
                            static_cast<std::size_t>(columns_ / sparsity_.block_cols),
                        0);
    std::vector<std::pair<std::uint64_t, std::size_t>> ranks(kept_blocks_.size());
    for (std::size_t i = 0; i < ranks.size(); ++i)
        ranks[i] = {random_bits(seed_, stream_, static_cast<std::int64_t>(i)), i};
    std::ranges::sort(ranks);
    const auto kept =
        static_cast<std::size_t>(std::llround(sparsity_.kept_share * static_cast<double>(ranks.size())));
    for (std::size_t i = 0; i < kept; ++i) kept_blocks_[ranks[i].second] = 1;
}

bool ZeroPattern::block_kept(std::int64_t block_row, std::int64_t block_column) const {
    return kept_blocks_[static_cast<std::size_t>(block_row * (columns_ / sparsity_.block_cols) +
                                                 block_column)] != 0;
}

void ZeroPattern::mark_pruned(std::int64_t row, std::span<std::uint8_t> keeps) const {
    const auto place = [&](std::size_t l) { return row * columns_ + static_cast<std::int64_t>(l); };
    if (sparsity_.kind == Sparsity::Kind::n_of_m) {
        const auto group = static_cast<std::size_t>(sparsity_.group);
        for (std::size_t l = 0; l < keeps.size(); l += group)
            prune_group(keeps.subspan(l, group), sparsity_.kept, random_bits(seed_, stream_, place(l)));
    } else if (sparsity_.kind == Sparsity::Kind::block) {
        for (std::size_t l = 0; l < keeps.size(); ++l)
            if (!block_kept(row / sparsity_.block_rows, static_cast<std::int64_t>(l) / sparsity_.block_cols))
                keeps[l] = 0;
    } else if (sparsity_.kind == Sparsity::Kind::unstructured) {
        for (std::size_t l = 0; l < keeps.size(); ++l)
            if (unit_interval(random_bits(seed_, stream_, place(l))) >= sparsity_.kept_share) keeps[l] = 0;
    }
}

}  // namespace ridge::operators
