// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/attention/decode_block.hpp"
#include "operators/attention/row_sums.hpp"
#include "operators/gemm/tile.hpp"

/// Decode attention where each kv head has one query row: all kv heads of a position are taken together, in
/// the order in which they lie in the cache, so that the hardware's prefetching sees a few streams without
/// gaps. A vector of scores belongs to neighbouring heads, and the softmax of all of them goes on side by
/// side.
namespace ridge::operators {

template <typename Format>
struct DecodeHeads {
    static constexpr int most_positions = 16, most_heads = 64;  ///< whose scores are kept at once
    /// Positions whose values are added at once: as many as the hardware follows, more where conversions take
    /// longer than the memory.
    static constexpr int streams = Format::bits < 16 ? 8 : 4;
    static_assert(lanes == 1 || most_blocks_ahead * streams <= most_positions_ahead);
    using Scores = float[static_cast<std::size_t>(most_positions)][static_cast<std::size_t>(most_heads)];

    const DecodeProblem& p;
    DecodeBlock& block;
    std::int64_t partial;  ///< where the sums of the task's first head are

    [[nodiscard]] KOKKOS_FORCEINLINE_FUNCTION static bool are_enough(std::int64_t heads) {
        return lanes > 1 && 2 * heads >= lanes;
    }
    /// Positions that prefetching is ahead.
    [[nodiscard]] KOKKOS_FORCEINLINE_FUNCTION static int ahead(const DecodeProblem& p) {
        return static_cast<int>(p.ahead) * streams;
    }

    KOKKOS_FUNCTION void run() const {
        for (int first = 0; first < block.count; first += most_positions)
            for (std::int64_t head = 0; head < p.heads_per_task; head += most_heads)
                add(first, Kokkos::min(int{most_positions}, block.count - first), head,
                    static_cast<int>(Kokkos::min<std::int64_t>(most_heads, p.heads_per_task - head)));
    }

  private:
    /// The same head's row at a position further on, which may lie in another page.
    KOKKOS_FORCEINLINE_FUNCTION void prefetch_after(const std::byte* row, std::int64_t row_bytes,
                                                    std::int64_t rows_on) const {
        if (p.ahead > 0) prefetch_to_second_level(row + rows_on * row_bytes, row_bytes);
    }
    KOKKOS_FORCEINLINE_FUNCTION std::int64_t rows_on(int i) const {
        return block.index[i + ahead(p)] - block.index[i];
    }

    KOKKOS_FUNCTION void add(int first, int count, std::int64_t head, int heads) const {
        alignas(64) Scores scores;
        alignas(64) float correction[static_cast<std::size_t>(most_heads)];
        for (int i = 0; i < count; ++i) compute_scores(first + i, head, heads, scores[i]);
        for (int h = 0; h < heads; h += lanes)
            weigh(scores, count, partial + head + h, Kokkos::min(int{lanes}, heads - h), h, correction + h);
        if constexpr (Format::row_scale)
            for (int i = 0; i < count; ++i) scale(p.cache.v, block.index[first + i] + head, heads, scores[i]);
        add_values(first, count, head, heads, scores, correction);
    }

    KOKKOS_FORCEINLINE_FUNCTION void compute_scores(int position, std::int64_t head, int heads,
                                                    float* scores) const {
        const std::int64_t row = block.index[position] + head, on = rows_on(position);
        const float* q = p.q + (block.sequence * p.cache.kv_heads + block.first_head + head) * p.key_stride;
        for (int h = 0; h < heads; h += lanes) {
            Vector<float> sums[static_cast<std::size_t>(lanes)];
            for (int j = 0; j < lanes; ++j)
                sums[j] = h + j < heads ? products(row + h + j, on, q + (h + j) * p.key_stride)
                                        : Vector<float>(0.0F);
            sum_lanes_of_each<lanes>(sums, scores + h);
        }
        if constexpr (Format::row_scale) scale(p.cache.k, row, heads, scores);
    }

    KOKKOS_FORCEINLINE_FUNCTION Vector<float> products(std::int64_t row, std::int64_t on,
                                                       const float* q) const {
        const std::byte *from = p.cache.k.row(row), *scales = p.cache.k.scales_of(row);
        prefetch_after(from, p.cache.k.row_bytes, on);
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

    KOKKOS_FORCEINLINE_FUNCTION void add_values(int first, int count, std::int64_t head, int heads,
                                                const Scores& weights, const float* correction) const {
        int i = 0;
        for (; i + streams <= count; i += streams)
            add_positions<streams>(first, i, head, heads, weights, i == 0 ? correction : nullptr);
        for (; i < count; ++i)
            add_positions<1>(first, i, head, heads, weights, i == 0 ? correction : nullptr);
    }

    /// Positions i … i + N of the scores, the first time with the correction of the sums so far.
    template <int N>
    KOKKOS_FORCEINLINE_FUNCTION void add_positions(int first, int i, std::int64_t head, int heads,
                                                   const Scores& weights, const float* correction) const {
        std::int64_t on[static_cast<std::size_t>(N)];
        RIDGE_UNROLL for (int j = 0; j < N; ++j) on[j] = rows_on(first + i + j);
        for (int h = 0; h < heads; ++h) {
            const std::byte *from[static_cast<std::size_t>(N)], *scales[static_cast<std::size_t>(N)];
            Vector<float> weight[static_cast<std::size_t>(N)];
            RIDGE_UNROLL for (int j = 0; j < N; ++j) {
                const std::int64_t row = block.index[first + i + j] + head + h;
                from[j] = p.cache.v.row(row);
                scales[j] = p.cache.v.scales_of(row);
                weight[j] = Vector<float>(weights[i + j][h]);
                prefetch_after(from[j], p.cache.v.row_bytes, on[j]);
            }
            const Vector<float> former(correction != nullptr ? correction[h] : 1.0F);
            float* sums = p.partial.sums(partial + head + h);
            std::int64_t d = 0;
            for (; d + lanes <= p.value_dim; d += lanes) {
                auto sum = load(sums + d) * former;
                RIDGE_UNROLL for (int j = 0; j < N; ++j) sum =
                    Kokkos::fma(Format::load(from[j], scales[j], d), weight[j], sum);
                simd::simd_unchecked_store(sum, sums + d, simd::simd_flag_default);
            }
            if (d < p.value_dim) {
                const int rest = static_cast<int>(p.value_dim - d);
                auto sum = load(sums + d) * former;
                RIDGE_UNROLL for (int j = 0; j < N; ++j) sum =
                    Kokkos::fma(Format::load_first(from[j], scales[j], d, rest), weight[j], sum);
                simd::simd_unchecked_store(sum, sums + d, simd::simd_flag_default);
            }
        }
    }
};

}  // namespace ridge::operators
