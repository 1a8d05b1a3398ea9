// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/attention/decode_block.hpp"
#include "operators/attention/paired_rows.hpp"
#include "operators/attention/row_sums.hpp"
#include "operators/gemm/tile.hpp"

/// Decode attention of one query: all kv heads of a position are taken together, in the order in which they
/// lie in the cache, so that the hardware's prefetching sees a few streams without gaps. A vector of scores
/// belongs to neighbouring query rows, and the softmax of all of them goes on side by side.
namespace ridge::operators {

/// R query rows of a kv head at a time, which its rows divide into; all there is where R is 1.
template <typename Format, int R>
struct DecodeHeads {
    static constexpr int most_positions = 16, most_rows = ValueRows<1>::weight_stride;  ///< with their scores
    /// Positions whose values are added at once: as many as the hardware follows, more where conversions take
    /// longer than the memory.
    static constexpr int streams = Format::bits < 16 || is_paired<Format> ? 8 : 4;
    static constexpr int at_once = R > 1 ? 2 : 1;  ///< positions whose keys are multiplied
    static_assert(lanes == 1 || most_blocks_ahead * streams <= most_positions_ahead);
    static_assert(R == 1 || is_paired<Format>);
    using Scores = float[static_cast<std::size_t>(most_positions)][static_cast<std::size_t>(most_rows)];

    const DecodeProblem& p;
    DecodeBlock& block;
    std::int64_t partial;  ///< where the sums of the task's first row are

    /// Positions that prefetching is ahead.
    [[nodiscard]] KOKKOS_FORCEINLINE_FUNCTION static int ahead(const DecodeProblem& p) {
        return static_cast<int>(p.ahead) * streams;
    }

    KOKKOS_FUNCTION void run() const {
        const std::int64_t all = p.heads_per_task * p.rows;
        for (int first = 0; first < block.count; first += most_positions)
            for (std::int64_t row = 0; row < all; row += most_rows)
                add(first, Kokkos::min(int{most_positions}, block.count - first), row,
                    static_cast<int>(Kokkos::min<std::int64_t>(most_rows, all - row)));
    }

  private:
    /// The kv head of a task's query row.
    KOKKOS_FORCEINLINE_FUNCTION std::int64_t head(std::int64_t row) const {
        if constexpr (R == 1) return row;
        return static_cast<std::int64_t>(static_cast<std::uint32_t>(row) /
                                         static_cast<std::uint32_t>(p.rows));
    }
    /// How far in bytes the row is that prefetching brings when one of a position is read: that of the same
    /// head, further on, which may lie in another page.
    KOKKOS_FORCEINLINE_FUNCTION std::int64_t bytes_on(int i, const CacheSide& side) const {
        return (block.index[i + ahead(p)] - block.index[i]) * side.row_bytes;
    }

    KOKKOS_FUNCTION void add(int first, int count, std::int64_t row, int rows) const {
        alignas(64) Scores scores;
        alignas(64) float correction[static_cast<std::size_t>(most_rows)];
        int i = 0;
        for (; i + at_once <= count; i += at_once) compute_scores<at_once>(first + i, row, rows, scores + i);
        for (; i < count; ++i) compute_scores<1>(first + i, row, rows, scores + i);
        for (int r = 0; r < rows; r += lanes)
            weigh(scores, count, partial + row + r, Kokkos::min(int{lanes}, rows - r), r, correction + r);
        if constexpr (Format::row_scale)
            for (i = 0; i < count; ++i) scale(p.cache.v, block.index[first + i] + row, rows, scores[i]);
        add_values(first, count, row, rows, scores, correction);
    }

    /// Of P positions, whose keys are held against the same queries.
    template <int P>
    KOKKOS_FORCEINLINE_FUNCTION void compute_scores(
        int position, std::int64_t row, int rows,
        float (*scores)[static_cast<std::size_t>(most_rows)]) const {
        const std::int64_t first = (block.sequence * p.cache.kv_heads + block.first_head) * p.rows + row;
        for (int r = 0; r < rows; r += lanes) {
            Vector<float> sums[static_cast<std::size_t>(P)][static_cast<std::size_t>(lanes)];
            for (int j = 0; j < lanes; j += R) {
                Vector<float> some[static_cast<std::size_t>(P * R)];
                for (auto& sum : some) sum = Vector<float>(0.0F);
                if (r + j < rows) add_keys<P>(position, row + r + j, (first + r + j) * p.key_stride, some);
                for (int i = 0; i < P * R; ++i) sums[i / R][j + i % R] = some[i];
            }
            for (int i = 0; i < P; ++i) {
                sum_lanes_of_each<lanes>(sums[i], scores[i] + r);
                if constexpr (is_paired<Format>)
                    simd::simd_unchecked_store(load(scores[i] + r) * Vector<float>(p.scale), scores[i] + r,
                                               simd::simd_flag_default);
            }
        }
        if constexpr (Format::row_scale)
            for (int i = 0; i < P; ++i) scale(p.cache.k, block.index[position + i] + row, rows, scores[i]);
    }

    template <int P>
    KOKKOS_FORCEINLINE_FUNCTION void add_keys(int position, std::int64_t row, std::int64_t query,
                                              Vector<float> (&sums)[static_cast<std::size_t>(P * R)]) const {
        const CacheSide& k = p.cache.k;
        const std::byte *from[static_cast<std::size_t>(P)], *scales[static_cast<std::size_t>(P)];
        for (int i = 0; i < P; ++i) {
            const std::int64_t index = block.index[position + i] + head(row);
            from[i] = k.row(index);
            scales[i] = k.scales_of(index);
            if (p.ahead > 0) prefetch_to_second_level(from[i] + bytes_on(position + i, k), k.row_bytes);
        }
        if constexpr (is_paired<Format>)
            add_key_products<Format, P, R>(p, from, scales, p.q_pairs + query, sums);
        else
            for (int i = 0; i < P; ++i) sums[i] = single_products(from[i], scales[i], p.q + query);
    }

    KOKKOS_FORCEINLINE_FUNCTION Vector<float> single_products(const std::byte* from, const std::byte* scales,
                                                              const float* q) const {
        Vector<float> sum(0.0F), other(0.0F);  // two, since each waits for the one before
        std::int64_t d = 0;
        for (; d + 2 * lanes <= p.key_dim; d += 2 * lanes) {
            sum = Kokkos::fma(Format::load(from, scales, d), load(q + d), sum);
            other = Kokkos::fma(Format::load(from, scales, d + lanes), load(q + d + lanes), other);
        }
        for (; d + lanes <= p.key_dim; d += lanes)
            sum = Kokkos::fma(Format::load(from, scales, d), load(q + d), sum);
        if (d < p.key_dim)
            sum = Kokkos::fma(Format::load_first(from, scales, d, static_cast<int>(p.key_dim - d)),
                              load(q + d), sum);
        return sum + other;
    }

    KOKKOS_FORCEINLINE_FUNCTION static void scale(const CacheSide& side, std::int64_t row, int heads,
                                                  float* scores) {
        const auto* scales = reinterpret_cast<const float*>(side.scales_of(row));
        for (int h = 0; h < heads; ++h) scores[h] *= scales[h];
    }

    /// Scores of neighbouring heads become weights; `correction` is what their sums so far have to be
    /// multiplied with.
    KOKKOS_FORCEINLINE_FUNCTION void weigh(Scores& scores, int count, std::int64_t row, int heads, int h,
                                           float* correction) const {
        float largest[static_cast<std::size_t>(lanes)], totals[static_cast<std::size_t>(lanes)];
        for (int j = 0; j < lanes; ++j) largest[j] = j < heads ? p.partial.largest(row + j) : no_score;
        const auto former = load(largest);
        auto top = former;
        for (int i = 0; i < count; ++i) top = Kokkos::max(top, load(scores[i] + h));
        const auto corrections = exp2(former - top);
        Vector<float> total(0.0F);
        for (int i = 0; i < count; ++i) {
            const auto weight = exp2(load(scores[i] + h) - top);
            total = total + weight;
            simd::simd_unchecked_store(weight, scores[i] + h, simd::simd_flag_default);
        }
        simd::simd_unchecked_store(top, largest, simd::simd_flag_default);
        simd::simd_unchecked_store(total, totals, simd::simd_flag_default);
        simd::simd_unchecked_store(corrections, correction, simd::simd_flag_default);
        for (int j = 0; j < heads; ++j) {
            p.partial.largest(row + j) = largest[j];
            float& of_row = p.partial.total(row + j);
            of_row = of_row * correction[j] + totals[j];
        }
    }

    KOKKOS_FORCEINLINE_FUNCTION void add_values(int first, int count, std::int64_t row, int rows,
                                                const Scores& weights, float* correction) const {
        int i = 0;
        for (; i + streams <= count; i += streams)
            add_positions<streams>(first, i, row, rows, weights, correction);
        for (; i < count; ++i) add_positions<1>(first, i, row, rows, weights, correction);
    }

    /// Positions i … i + N of the scores. The first ones take the correction of the sums so far with them.
    template <int N>
    KOKKOS_FORCEINLINE_FUNCTION void add_positions(int first, int i, std::int64_t row, int rows,
                                                   const Scores& weights, float* correction) const {
        const CacheSide& v = p.cache.v;
        ValueRows<N> values;
        std::int64_t on[static_cast<std::size_t>(N)];
        RIDGE_UNROLL for (int j = 0; j < N; ++j) {
            const std::int64_t index = block.index[first + i + j];
            values.from[j] = v.row(index);
            values.scales[j] = v.scales_of(index);
            on[j] = bytes_on(first + i + j, v);
        }
        for (int r = 0; r < rows; r += R) {
            const std::int64_t h = head(row + r);
            values.offset = h * v.row_bytes;
            values.scale_offset = h * v.row_scale_bytes;
            values.weights = weights[i] + r;
            if (p.ahead > 0)
                for (int j = 0; j < N; ++j)
                    prefetch_to_second_level(values.from[j] + values.offset + on[j], v.row_bytes);
            if constexpr (is_paired<Format>)
                add_value_pairs<Format, R>(p, values, correction + r, partial + row + r);
            else
                add_rows(values, correction[r], p.partial.sums(partial + row + r));
            RIDGE_UNROLL for (int j = 0; j < R; ++j) correction[r + j] = 1.0F;
        }
    }

    template <int N>
    KOKKOS_FORCEINLINE_FUNCTION void add_rows(const ValueRows<N>& rows, float former, float* sums) const {
        std::int64_t d = 0;
        for (; d + lanes <= p.value_dim; d += lanes) {
            auto sum = load(sums + d) * Vector<float>(former);
            RIDGE_UNROLL for (int j = 0; j < N; ++j) sum = Kokkos::fma(
                Format::load(rows.row(j), rows.scales_of(j), d), Vector<float>(rows.weight(j, 0)), sum);
            simd::simd_unchecked_store(sum, sums + d, simd::simd_flag_default);
        }
        if (d < p.value_dim) {
            const int rest = static_cast<int>(p.value_dim - d);
            auto sum = load(sums + d) * Vector<float>(former);
            RIDGE_UNROLL for (int j = 0; j < N; ++j) sum =
                Kokkos::fma(Format::load_first(rows.row(j), rows.scales_of(j), d, rest),
                            Vector<float>(rows.weight(j, 0)), sum);
            simd::simd_unchecked_store(sum, sums + d, simd::simd_flag_default);
        }
    }
};

}  // namespace ridge::operators
