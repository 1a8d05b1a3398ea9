// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/attention/cache_rows.hpp"
#include "operators/attention/softmax_state.hpp"

/// What the decode kernel works on, and how blocks of the cache come to it.
namespace ridge::operators {

/// Positions of a block, whose scores are kept at once.
inline constexpr int most_block_positions = lanes > 1 ? 256 : 16;
/// How far prefetching may be ahead, in blocks; positions after a block whose place is known as well.
inline constexpr int most_blocks_ahead = 2, most_positions_ahead = lanes > 1 ? 16 : 0;

struct DecodeProblem {
    CacheRows cache;
    const float* q = nullptr;       ///< [sequence][kv head][row][key_stride], scaled, padded with zeros
    const Bf16* q_pairs = nullptr;  ///< for formats in pairs: the same unscaled, in the order of their words
    float scale = 1.0F;             ///< of such scores
    PartialRows partial;            ///< [sequence][split][kv head][row]
    Mask mask;
    std::int64_t batch = 0, rows = 0;  ///< sequences; query rows of a kv head
    std::int64_t key_dim = 0, key_stride = 0, value_dim = 0;
    std::int64_t first_position = 0, positions = 0, splits = 1;
    std::int64_t block = 0;  ///< positions
    /// How far prefetching is ahead, in blocks; where all heads are taken together, in steps of the positions
    /// whose values are added at once. 0: none.
    std::int64_t ahead = 0;
    std::int64_t heads_per_task = 1;  ///< kv heads

    [[nodiscard]] KOKKOS_FORCEINLINE_FUNCTION std::int64_t partial_row(std::int64_t sequence,
                                                                       std::int64_t split,
                                                                       std::int64_t head) const {
        return ((sequence * splits + split) * cache.kv_heads + head) * rows;
    }
};

/// Walks over what a task's kv heads have at the positions of a block, in the order in which it lies in
/// memory: so the hardware's own prefetching joins in.
struct BytesAhead {
    const std::byte* at = nullptr;
    std::int64_t left = 0;  ///< bytes that follow each other without a gap
    std::int64_t position = 0, end = 0;

    KOKKOS_FORCEINLINE_FUNCTION void prefetch_next(const DecodeProblem& p, const CacheSide& side,
                                                   std::int64_t sequence, std::int64_t head,
                                                   std::int64_t bytes) {
        while (bytes > 0) {
            if (left == 0 && !find(p, side, sequence, head)) return;
            const std::int64_t now = Kokkos::min(bytes, left);
            prefetch_to_second_level(at, now);
            at += now;
            left -= now;
            bytes -= now;
        }
    }

  private:
    /// The next piece without a gap: all positions that follow each other where a task has all kv heads.
    KOKKOS_FORCEINLINE_FUNCTION bool find(const DecodeProblem& p, const CacheSide& side,
                                          std::int64_t sequence, std::int64_t head) {
        if (position >= end) return false;
        at = side.row(p.cache.index(sequence, head, position));
        const std::int64_t positions =
            p.heads_per_task < p.cache.kv_heads ? 1 : Kokkos::min(end - position, p.cache.follow(position));
        left = positions * p.heads_per_task * side.row_bytes;
        position += positions;
        return true;
    }
};

/// Positions [first, first + count) of one kv head, or of several from one on, and their rows in the cache.
struct DecodeBlock {
    std::int64_t sequence = 0, head = 0, first = 0, end = 0;
    std::int64_t first_head = 0;  ///< of the task
    int count = 0;
    bool prefetches = false;
    BytesAhead keys, values;
    std::int64_t index[static_cast<std::size_t>(most_block_positions + most_positions_ahead)];

    /// Rows of the block's positions and of `ahead` after it; the split's last one stands for those beyond
    /// its end.
    KOKKOS_FORCEINLINE_FUNCTION void locate(const CacheRows& cache, int ahead = 0) {
        for (int i = 0; i < count + ahead; ++i)
            index[i] = cache.index(sequence, head, Kokkos::min(first + i, end - 1));
    }
    /// What is prefetched while this block is computed: as many positions, `ahead` blocks further on.
    KOKKOS_FORCEINLINE_FUNCTION void look_ahead(const DecodeProblem& p) {
        const std::int64_t from = first + p.ahead * p.block;
        keys = {nullptr, 0, from, Kokkos::min(end, from + p.block)};
        values = keys;
    }
    KOKKOS_FORCEINLINE_FUNCTION void prefetch_keys(const DecodeProblem& p, std::int64_t bytes) {
        keys.prefetch_next(p, p.cache.k, sequence, first_head, bytes);
    }
    KOKKOS_FORCEINLINE_FUNCTION void prefetch_values(const DecodeProblem& p, std::int64_t bytes) {
        values.prefetch_next(p, p.cache.v, sequence, first_head, bytes);
    }
};

}  // namespace ridge::operators
