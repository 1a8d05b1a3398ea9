// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/precision.hpp"
#include "operators/attention/cache_rows.hpp"
#include "operators/attention/row_sums.hpp"
#include "operators/attention/softmax_state.hpp"
#include "operators/gemm/tile.hpp"

/// Attention of few queries: the cache streams past once for all query heads that share it. The context is
/// split over tasks, whose partial results are merged afterwards (Dao et al. 2023, "Flash-Decoding"). Keys
/// and values are read as they lie; up to eight query rows are held against each.
namespace ridge::operators {

/// Positions of a block, whose scores are kept at once.
inline constexpr int most_block_positions = lanes > 1 ? 256 : 16;
inline constexpr int most_block_rows = 8;

struct DecodeProblem {
    CacheRows cache;
    const float* q = nullptr;  ///< [sequence][kv head][row][key_stride], scaled, padded with zeros
    PartialRows partial;       ///< [sequence][kv head][split][row]
    Mask mask;
    std::int64_t batch = 0, rows = 0;  ///< sequences; query rows of a kv head
    std::int64_t key_dim = 0, key_stride = 0, value_dim = 0;
    std::int64_t first_position = 0, positions = 0, splits = 1;
    std::int64_t block = 0, ahead = 0;  ///< positions; blocks that prefetching is ahead
    std::int64_t heads_per_task = 1;    ///< kv heads
};

/// Walks over the rows that a task's kv heads have at the positions of a block, line by line in the order in
/// which they lie in memory: so the hardware's own prefetching joins in.
struct LinesAhead {
    static constexpr std::int64_t line = 64;
    const std::byte* at = nullptr;
    std::int64_t left = 0;  ///< lines of this position
    std::int64_t position = 0, end = 0;

    KOKKOS_FORCEINLINE_FUNCTION void advance(const DecodeProblem& p, const CacheSide& side,
                                             std::int64_t sequence, std::int64_t head, std::int64_t lines) {
        for (; lines > 0; --lines) {
            if (left == 0) {
                if (position >= end) return;
                at = side.row(p.cache.index(sequence, head, position++));
                left = (p.heads_per_task * side.row_bytes + line - 1) / line;
            }
            prefetch_to_second_level(at);
            at += line;
            --left;
        }
    }
};

/// Positions [first, first + count) of one kv head and their rows in the cache.
struct DecodeBlock {
    std::int64_t sequence = 0, head = 0, first = 0, end = 0;
    std::int64_t first_head = 0;  ///< of the task
    int count = 0;
    bool prefetches = false;
    LinesAhead keys, values;
    std::int64_t index[static_cast<std::size_t>(most_block_positions)];

    KOKKOS_FORCEINLINE_FUNCTION void locate(const CacheRows& cache) {
        for (int i = 0; i < count; ++i) index[i] = cache.index(sequence, head, first + i);
    }
    /// The positions that are prefetched while this block is computed: as many, `ahead` blocks further on.
    KOKKOS_FORCEINLINE_FUNCTION void look_ahead(const DecodeProblem& p) {
        const std::int64_t from = first + p.ahead * p.block;
        keys = {nullptr, 0, from, Kokkos::min(end, from + p.block)};
        values = keys;
    }
    /// As many lines as `rows` rows have.
    KOKKOS_FORCEINLINE_FUNCTION void prefetch_rows(const DecodeProblem& p, const CacheSide& side,
                                                   LinesAhead& lines, std::int64_t rows) {
        lines.advance(p, side, sequence, first_head,
                      (rows * side.row_bytes + LinesAhead::line - 1) / LinesAhead::line);
    }
};

/// R query rows against one block. Scores lie position by position, R for each.
template <typename Format, int R>
struct DecodeRows {
    static constexpr int P = lanes > R ? lanes / R : 1;  ///< positions of a register tile
    static constexpr int tile = P * R;
    static constexpr int vectors = tile / lanes;
    static constexpr int value_vectors = R <= 2 ? 8 : 16 / R;  ///< values and sums of R rows in registers
    using Rows = const std::byte * [static_cast<std::size_t>(P)];
    using Weights = Vector<float>[static_cast<std::size_t>(vectors)];

    const DecodeProblem& p;
    DecodeBlock& block;
    std::int64_t row;      ///< first of the R rows within its kv head
    std::int64_t partial;  ///< where its sums are

    KOKKOS_FUNCTION void run() const {
        alignas(64) float scores[static_cast<std::size_t>(most_block_positions * R + tile)];
        float correction[static_cast<std::size_t>(R)];
        compute_scores(scores);
        mask_scores(scores);
        weigh(scores, correction);
        if constexpr (Format::row_scale) scale_positions(scores, p.cache.v);
        add_values(scores, correction);
    }

  private:
    KOKKOS_FORCEINLINE_FUNCTION const float* query(int r) const {
        return p.q + (((block.sequence * p.cache.kv_heads + block.head) * p.rows) + row + r) * p.key_stride;
    }

    KOKKOS_FORCEINLINE_FUNCTION void compute_scores(float* scores) const {
        for (int i = 0; i < block.count; i += P) {
            Rows rows, scales;
            RIDGE_UNROLL for (int j = 0; j < P; ++j) {
                const std::int64_t at = block.index[Kokkos::min(i + j, block.count - 1)];
                rows[j] = p.cache.k.row(at);
                scales[j] = p.cache.k.scales_of(at);
            }
            if (block.prefetches) block.prefetch_rows(p, p.cache.k, block.keys, P);
            score_tile(rows, scales, scores + i * R);
        }
        if constexpr (Format::row_scale) scale_positions(scores, p.cache.k);
    }

    KOKKOS_FORCEINLINE_FUNCTION void score_tile(const Rows& rows, const Rows& scales, float* out) const {
        Vector<float> sums[static_cast<std::size_t>(tile)];
        RIDGE_UNROLL for (int i = 0; i < tile; ++i) sums[i] = Vector<float>(0.0F);
        const float* q = query(0);
        std::int64_t d = 0;
        for (; d + lanes <= p.key_dim; d += lanes) {
            Vector<float> keys[static_cast<std::size_t>(P)];
            RIDGE_UNROLL for (int j = 0; j < P; ++j) keys[j] = Format::load(rows[j], scales[j], d);
            add_products(keys, q + d, sums);
        }
        if (d < p.key_dim) {
            Vector<float> keys[static_cast<std::size_t>(P)];
            const int rest = static_cast<int>(p.key_dim - d);
            RIDGE_UNROLL for (int j = 0; j < P; ++j) keys[j] =
                Format::load_first(rows[j], scales[j], d, rest);
            add_products(keys, q + d, sums);
        }
        sum_lanes_of_each<tile>(sums, out);
    }

    KOKKOS_FORCEINLINE_FUNCTION void add_products(
        const Vector<float> (&keys)[static_cast<std::size_t>(P)], const float* q,
        Vector<float> (&sums)[static_cast<std::size_t>(tile)]) const {
        RIDGE_UNROLL for (int r = 0; r < R; ++r) {
            const auto one = load(q + r * p.key_stride);
            RIDGE_UNROLL for (int j = 0; j < P; ++j) sums[j * R + r] =
                Kokkos::fma(keys[j], one, sums[j * R + r]);
        }
    }

    KOKKOS_FORCEINLINE_FUNCTION void scale_positions(float* scores, const CacheSide& side) const {
        for (int i = 0; i < block.count; ++i) {
            const float scale = *reinterpret_cast<const float*>(side.scales_of(block.index[i]));
            for (int r = 0; r < R; ++r) scores[i * R + r] *= scale;
        }
    }

    /// Positions that a row does not see, and those that fill the last tile.
    KOKKOS_FORCEINLINE_FUNCTION void mask_scores(float* scores) const {
        const int padded = (block.count + P - 1) / P * tile;
        for (int i = block.count * R; i < padded; ++i) scores[i] = masked_score;
        if (p.mask.first(row + R - 1) <= block.first && block.first + block.count - 1 <= p.mask.last(row))
            return;
        for (int i = 0; i < block.count; ++i)
            for (int r = 0; r < R; ++r) {
                const std::int64_t position = block.first + i;
                if (position < p.mask.first(row + r) || position > p.mask.last(row + r))
                    scores[i * R + r] = masked_score;
            }
    }

    /// Scores become weights; `correction` is what sums so far have to be multiplied with.
    KOKKOS_FORCEINLINE_FUNCTION void weigh(float* scores, float* correction) const {
        const int tiles = (block.count + P - 1) / P;
        Weights top, total;
        RIDGE_UNROLL for (int w = 0; w < vectors; ++w) {
            top[w] = Vector<float>(no_score);
            total[w] = Vector<float>(0.0F);
        }
        for (int t = 0; t < tiles; ++t)
            RIDGE_UNROLL for (int w = 0; w < vectors; ++w) top[w] =
                Kokkos::max(top[w], load(scores + t * tile + w * lanes));
        raise_largest(top, correction);
        for (int t = 0; t < tiles; ++t) RIDGE_UNROLL for (int w = 0; w < vectors; ++w) {
                float* at = scores + t * tile + w * lanes;
                const auto weight = exp2(load(at) - top[w]);
                total[w] = total[w] + weight;
                simd::simd_unchecked_store(weight, at, simd::simd_flag_default);
            }
        float sums[static_cast<std::size_t>(tile)];
        RIDGE_UNROLL for (int w = 0; w < vectors; ++w)
            simd::simd_unchecked_store(total[w], sums + w * lanes, simd::simd_flag_default);
        for (int r = 0; r < R; ++r) {
            float& of_row = p.partial.total(partial + r);
            of_row *= correction[r];
            for (int j = 0; j < P; ++j) of_row += sums[j * R + r];
        }
    }

    /// The largest score of each row so far, for every position of a tile.
    KOKKOS_FORCEINLINE_FUNCTION void raise_largest(Weights& top, float* correction) const {
        float values[static_cast<std::size_t>(tile)];
        RIDGE_UNROLL for (int w = 0; w < vectors; ++w)
            simd::simd_unchecked_store(top[w], values + w * lanes, simd::simd_flag_default);
        for (int r = 0; r < R; ++r) {
            float& largest = p.partial.largest(partial + r);
            float now = largest;
            for (int j = 0; j < P; ++j) now = Kokkos::max(now, values[j * R + r]);
            correction[r] = now == largest ? 1.0F : Kokkos::exp2(largest - now);
            largest = now;
            for (int j = 0; j < P; ++j) values[j * R + r] = now;
        }
        RIDGE_UNROLL for (int w = 0; w < vectors; ++w) top[w] = load(values + w * lanes);
    }

    KOKKOS_FORCEINLINE_FUNCTION void add_values(const float* weights, const float* correction) const {
        std::int64_t d = 0;
        for (; d + value_vectors * lanes <= p.value_dim; d += value_vectors * lanes)
            add_columns<value_vectors>(weights, correction, d, lanes);
        for (; d + lanes <= p.value_dim; d += lanes) add_columns<1>(weights, correction, d, lanes);
        if (d < p.value_dim) add_columns<1>(weights, correction, d, static_cast<int>(p.value_dim - d));
    }

    /// `columns` vectors of values, the last one with `rest` elements.
    template <int columns>
    KOKKOS_FORCEINLINE_FUNCTION void add_columns(const float* weights, const float* correction,
                                                 std::int64_t d, int rest) const {
        Vector<float> sums[static_cast<std::size_t>(R)][static_cast<std::size_t>(columns)];
        RIDGE_UNROLL for (int r = 0; r < R; ++r) RIDGE_UNROLL for (int c = 0; c < columns; ++c) sums[r][c] =
            load(p.partial.sums(partial + r) + d + c * lanes) * Vector<float>(correction[r]);
        for (int i = 0; i < block.count; ++i) {
            if (block.prefetches && d == 0) block.prefetch_rows(p, p.cache.v, block.values, 1);
            const std::byte* from = p.cache.v.row(block.index[i]);
            const std::byte* scales = p.cache.v.scales_of(block.index[i]);
            Vector<float> values[static_cast<std::size_t>(columns)];
            RIDGE_UNROLL for (int c = 0; c < columns; ++c) values[c] =
                rest == lanes ? Format::load(from, scales, d + c * lanes)
                              : Format::load_first(from, scales, d, rest);
            RIDGE_UNROLL for (int r = 0; r < R; ++r) {
                const Vector<float> weight(weights[i * R + r]);
                RIDGE_UNROLL for (int c = 0; c < columns; ++c) sums[r][c] =
                    Kokkos::fma(values[c], weight, sums[r][c]);
            }
        }
        RIDGE_UNROLL for (int r = 0; r < R; ++r) RIDGE_UNROLL for (int c = 0; c < columns; ++c)
            simd::simd_unchecked_store(sums[r][c], p.partial.sums(partial + r) + d + c * lanes,
                                       simd::simd_flag_default);
    }
};

/// One split of the context of one sequence and some of its kv heads.
template <typename Format>
struct DecodeTask {
    DecodeProblem p;

    [[nodiscard]] std::int64_t tasks() const {
        return p.batch * (p.cache.kv_heads / p.heads_per_task) * p.splits;
    }

    KOKKOS_FUNCTION void operator()(const std::int64_t task) const {
        const std::int64_t split = task % p.splits, heads = p.cache.kv_heads / p.heads_per_task;
        const std::int64_t first_head = task / p.splits % heads * p.heads_per_task;
        DecodeBlock block;
        block.first_head = first_head;
        block.sequence = task / p.splits / heads;
        block.end = p.first_position + p.positions * (split + 1) / p.splits;
        for (block.head = first_head; block.head < first_head + p.heads_per_task; ++block.head)
            for (std::int64_t row = 0; row < p.rows; ++row) p.partial.clear(partial_row(block, split) + row);
        for (block.first = p.first_position + p.positions * split / p.splits; block.first < block.end;
             block.first += p.block) {
            block.count = static_cast<int>(Kokkos::min(p.block, block.end - block.first));
            block.look_ahead(p);
            for (block.head = first_head; block.head < first_head + p.heads_per_task; ++block.head)
                all_rows(block, split);
        }
    }

  private:
    KOKKOS_FORCEINLINE_FUNCTION std::int64_t partial_row(const DecodeBlock& block, std::int64_t split) const {
        return ((block.sequence * p.cache.kv_heads + block.head) * p.splits + split) * p.rows;
    }

    KOKKOS_FORCEINLINE_FUNCTION void all_rows(DecodeBlock& block, std::int64_t split) const {
        block.locate(p.cache);
        block.prefetches = p.ahead > 0;
        const std::int64_t partial = partial_row(block, split);
        for (std::int64_t row = 0; row < p.rows;) {
            const std::int64_t left = p.rows - row;
            row += left >= 8   ? some_rows<8>(block, row, partial)
                   : left >= 4 ? some_rows<4>(block, row, partial)
                   : left >= 2 ? some_rows<2>(block, row, partial)
                               : some_rows<1>(block, row, partial);
        }
    }

    template <int R>
    KOKKOS_FUNCTION std::int64_t some_rows(DecodeBlock& block, std::int64_t row, std::int64_t partial) const {
        const bool sees_some =
            p.mask.first(row) < block.first + block.count && p.mask.last(row + R - 1) >= block.first;
        if (sees_some) {
            DecodeRows<Format, R>{p, block, row, partial + row}.run();
            block.prefetches = false;
        }
        return R;
    }
};

/// Runs it on every task.
void decode_floats(const NumberFormat& format, const DecodeProblem& problem);
void decode_quantised(const NumberFormat& format, const DecodeProblem& problem);

}  // namespace ridge::operators
