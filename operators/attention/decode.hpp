// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/precision.hpp"
#include "operators/attention/decode_heads.hpp"
#include "operators/attention/paired_rows.hpp"
#include "operators/attention/row_sums.hpp"
#include "operators/gemm/tile.hpp"
#include "operators/memory.hpp"

/// Attention of few queries: the cache streams past once for all query heads that share it. The context is
/// split over tasks, whose partial results are merged afterwards (Dao et al. 2023, "Flash-Decoding"). Keys
/// and values are read as they lie; up to eight query rows are held against each.
namespace ridge::operators {

/// R query rows of one kv head against one block. Scores lie position by position, R for each.
template <typename Format, int R>
struct DecodeRows {
    static constexpr int P = lanes > R ? lanes / R : 1;  ///< positions of a register tile
    static constexpr int tile = P * R;
    static constexpr int vectors = tile / lanes;
    static constexpr int value_vectors = R <= 2 ? 8 : 16 / R;  ///< values and sums of R rows in registers
    using Rows = const std::byte * [static_cast<std::size_t>(P)];
    using Keys = Vector<float>[static_cast<std::size_t>(P)];
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
        if constexpr (is_paired<Format>)
            add_value_pairs(scores, correction);
        else
            add_values(scores, correction);
    }

  private:
    KOKKOS_FORCEINLINE_FUNCTION std::int64_t query() const {
        return ((block.sequence * p.cache.kv_heads + block.head) * p.rows + row) * p.key_stride;
    }

    KOKKOS_FORCEINLINE_FUNCTION void compute_scores(float* scores) const {
        for (int i = 0; i < block.count; i += P) {
            Rows rows, scales;
            RIDGE_UNROLL for (int j = 0; j < P; ++j) {
                const std::int64_t at = block.index[Kokkos::min(i + j, block.count - 1)];
                rows[j] = p.cache.k.row(at);
                scales[j] = p.cache.k.scales_of(at);
            }
            if constexpr (is_paired<Format>)
                score_pairs(rows, scales, scores + i * R);
            else
                score_tile(rows, scales, scores + i * R);
        }
        if constexpr (Format::row_scale) scale_positions(scores, p.cache.k);
    }

    KOKKOS_FORCEINLINE_FUNCTION void score_tile(const Rows& rows, const Rows& scales, float* out) const {
        Vector<float> sums[static_cast<std::size_t>(tile)];
        RIDGE_UNROLL for (int i = 0; i < tile; ++i) sums[i] = Vector<float>(0.0F);
        const float* q = p.q + query();
        std::int64_t d = 0;
        for (; d + lanes <= p.key_dim; d += lanes) {
            if (block.prefetches) block.prefetch_keys(p, P * Format::bytes(lanes));
            Keys keys;
            RIDGE_UNROLL for (int j = 0; j < P; ++j) keys[j] = Format::load(rows[j], scales[j], d);
            add_products(keys, q + d, sums);
        }
        if (d < p.key_dim) {
            Keys keys;
            const int rest = static_cast<int>(p.key_dim - d);
            RIDGE_UNROLL for (int j = 0; j < P; ++j) keys[j] =
                Format::load_first(rows[j], scales[j], d, rest);
            add_products(keys, q + d, sums);
        }
        sum_lanes_of_each<tile>(sums, out);
    }

    KOKKOS_FORCEINLINE_FUNCTION void score_pairs(const Rows& rows, const Rows& scales, float* out) const {
        Vector<float> sums[static_cast<std::size_t>(tile)];
        RIDGE_UNROLL for (int i = 0; i < tile; ++i) sums[i] = Vector<float>(0.0F);
        if (block.prefetches) block.prefetch_keys(p, P * p.cache.k.row_bytes);
        add_key_products<Format, P, R>(p, rows, scales, p.q_pairs + query(), sums);
        RIDGE_UNROLL for (int i = 0; i < tile; ++i) sums[i] = sums[i] * Vector<float>(p.scale);
        sum_lanes_of_each<tile>(sums, out);
    }

    KOKKOS_FORCEINLINE_FUNCTION void add_products(
        const Keys& keys, const float* q, Vector<float> (&sums)[static_cast<std::size_t>(tile)]) const {
        RIDGE_UNROLL for (int r = 0; r < R; ++r) {
            const auto one = in_register(load(q + r * p.key_stride));
            RIDGE_UNROLL for (int j = 0; j < P; ++j) sums[j * R + r] =
                Kokkos::fma(keys[j], one, sums[j * R + r]);
        }
    }

    KOKKOS_FORCEINLINE_FUNCTION void scale_positions(float* scores, const CacheSide& side) const {
        for (int i = 0; i < block.count; ++i)
            for (int r = 0; r < R; ++r)
                scores[i * R + r] *= *reinterpret_cast<const float*>(side.scales_of(block.index[i]));
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
        for (int half = tile / 2; half >= R; half /= 2)
            for (int i = 0; i < half; ++i) sums[i] += sums[i + half];
        for (int r = 0; r < R; ++r) {
            float& of_row = p.partial.total(partial + r);
            of_row = of_row * correction[r] + sums[r];
        }
    }

    /// The largest score of each row so far, for every position of a tile.
    KOKKOS_FORCEINLINE_FUNCTION void raise_largest(Weights& top, float* correction) const {
        float values[static_cast<std::size_t>(tile)];
        RIDGE_UNROLL for (int w = 0; w < vectors; ++w)
            simd::simd_unchecked_store(top[w], values + w * lanes, simd::simd_flag_default);
        for (int half = tile / 2; half >= R; half /= 2)
            for (int i = 0; i < half; ++i) values[i] = Kokkos::max(values[i], values[i + half]);
        for (int r = 0; r < R; ++r) {
            float& largest = p.partial.largest(partial + r);
            const float now = Kokkos::max(largest, values[r]);
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

    KOKKOS_FORCEINLINE_FUNCTION void add_value_pairs(const float* weights, const float* correction) const {
        alignas(64) std::uint32_t pairs[static_cast<std::size_t>(most_block_positions / 2 * R + lanes)];
        PairedValues<Format, R>{p, block, partial, weights, correction, pairs}.add();
    }

    KOKKOS_FORCEINLINE_FUNCTION static Vector<float> value_vector(const std::byte* from,
                                                                  const std::byte* scales, std::int64_t d,
                                                                  int rest) {
        return rest == lanes ? Format::load(from, scales, d) : Format::load_first(from, scales, d, rest);
    }

    /// `columns` vectors of values, the last one with `rest` elements.
    template <int columns>
    KOKKOS_FORCEINLINE_FUNCTION void add_columns(const float* weights, const float* correction,
                                                 std::int64_t d, int rest) const {
        Vector<float> sums[static_cast<std::size_t>(R)][static_cast<std::size_t>(columns)];
        RIDGE_UNROLL for (int r = 0; r < R; ++r) RIDGE_UNROLL for (int c = 0; c < columns; ++c) sums[r][c] =
            load(p.partial.sums(partial + r) + d + c * lanes) * Vector<float>(correction[r]);
        const bool prefetches = block.prefetches && d == 0;
        // Where several vectors are loaded, their distance from the first one is known when compiling.
        const std::int64_t base = columns > 1 ? d : 0;
        for (int i = 0; i < block.count; ++i) {
            if (prefetches) block.prefetch_values(p, p.cache.v.row_bytes);
            const std::byte* from = p.cache.v.row(block.index[i]) + Format::bytes(base);
            const std::byte* scales = p.cache.v.scales_of(block.index[i]) + Format::scale_bytes(base);
            Vector<float> values[static_cast<std::size_t>(columns)];
            RIDGE_UNROLL for (int c = 0; c < columns; ++c) values[c] =
                value_vector(from, scales, d - base + c * lanes, rest);
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
        DecodeBlock block;
        block.first_head = task / p.splits % heads * p.heads_per_task;
        block.sequence = task / p.splits / heads;
        block.end = p.first_position + p.positions * (split + 1) / p.splits;
        const std::int64_t first_row = p.partial_row(block.sequence, split, block.first_head);
        for (std::int64_t row = 0; row < p.heads_per_task * p.rows; ++row) p.partial.clear(first_row + row);
        for (block.first = p.first_position + p.positions * split / p.splits; block.first < block.end;
             block.first += p.block) {
            block.count = static_cast<int>(Kokkos::min(p.block, block.end - block.first));
            block.look_ahead(p);
            all_heads(block, split);
        }
        if constexpr (is_paired<Format>)
            for (std::int64_t row = 0; row < p.heads_per_task * p.rows; ++row)
                order_sums<Format>(p.partial.sums(first_row + row), p.value_dim);
    }

  private:
    KOKKOS_FORCEINLINE_FUNCTION void all_heads(DecodeBlock& block, std::int64_t split) const {
        block.head = block.first_head;
        const bool all_see_all = p.mask.group == p.rows;
        if (all_see_all && is_worth_order(p.heads_per_task)) {
            if (p.rows == 1) return side_by_side<1>(block, split);
            if constexpr (is_paired<Format>) {
                if (p.rows % 4 == 0) return side_by_side<4>(block, split);
                if (p.rows % 2 == 0) return side_by_side<2>(block, split);
            }
        }
        for (; block.head < block.first_head + p.heads_per_task; ++block.head) {
            block.locate(p.cache);
            block.prefetches = p.ahead > 0;
            all_rows(block, p.partial_row(block.sequence, split, block.head));
        }
    }

    // Rows of few kv heads follow each other nearly without gaps whatever the order.
    [[nodiscard]] KOKKOS_FORCEINLINE_FUNCTION bool is_worth_order(std::int64_t heads) const {
        return lanes > 1 && heads >= 4 && 2 * heads * p.rows >= lanes;
    }

    template <int R>
    KOKKOS_FUNCTION void side_by_side(DecodeBlock& block, std::int64_t split) const {
        using Heads = DecodeHeads<Format, R>;
        block.locate(p.cache, Heads::ahead(p));
        Heads{p, block, p.partial_row(block.sequence, split, block.head)}.run();
    }

    KOKKOS_FORCEINLINE_FUNCTION void all_rows(DecodeBlock& block, std::int64_t partial) const {
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
        if (p.mask.first(row) < block.first + block.count && p.mask.last(row + R - 1) >= block.first) {
            DecodeRows<Format, R>{p, block, row, partial + row}.run();
            block.prefetches = false;
        }
        return R;
    }
};

template <typename Format>
void run_decode(const DecodeProblem& problem) {
    using Tasks =
        Kokkos::RangePolicy<DeviceSpace, Kokkos::Schedule<Kokkos::Dynamic>, Kokkos::IndexType<std::int64_t>>;
    const DecodeTask<Format> task{problem};
    Kokkos::parallel_for("attention decode", Tasks(0, task.tasks()), task);
}

/// Runs it on every task; decode_paired with caches in bf16, fp8 and int4 where paired_unit() is not zero.
void decode_floats(const NumberFormat& format, const DecodeProblem& problem);
void decode_quantised(const NumberFormat& format, const DecodeProblem& problem);
void decode_paired(const NumberFormat& format, const DecodeProblem& problem);

/// Elements that rows of a cache in pairs consist of a multiple of; 0 where this program has no such kernels.
[[nodiscard]] int paired_unit(Precision precision);
/// Rows of queries take the order of the words that such a cache's elements become.
void order_queries(Precision precision, std::int64_t rows, std::int64_t key_dim, Bf16* q,
                   std::int64_t stride);

}  // namespace ridge::operators
