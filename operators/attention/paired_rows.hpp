// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/attention/decode_block.hpp"
#include "operators/attention/decode_pairs.hpp"
#include "operators/attention/row_sums.hpp"
#include "operators/gemm/tile.hpp"

/// Products of decode attention in pairs of bf16: scores of a few positions, and sums of a block's values.
namespace ridge::operators {

/// Values of N positions, `offset` bytes from those of the first kv head, and the weights of query rows.
template <int N>
struct ValueRows {
    static constexpr int weight_stride = 64;  ///< from one position's weights to the next ones'
    const std::byte *from[static_cast<std::size_t>(N)], *scales[static_cast<std::size_t>(N)];
    std::int64_t offset = 0, scale_offset = 0;
    const float* weights = nullptr;

    [[nodiscard]] KOKKOS_FORCEINLINE_FUNCTION const std::byte* row(int i) const { return from[i] + offset; }
    [[nodiscard]] KOKKOS_FORCEINLINE_FUNCTION const std::byte* scales_of(int i) const {
        return scales[i] + scale_offset;
    }
    [[nodiscard]] KOKKOS_FORCEINLINE_FUNCTION float weight(int i, int row) const {
        return weights[i * weight_stride + row];
    }
};

template <typename Format, int P, int R>
void add_key_products(const DecodeProblem& p, const std::byte* const (&rows)[static_cast<std::size_t>(P)],
                      const std::byte* const (&scales)[static_cast<std::size_t>(P)], const Bf16* q,
                      Vector<float> (&sums)[static_cast<std::size_t>(P * R)]);
template <typename Format, int R>
struct PairedValues;
template <typename Format, int R, int N>
void add_value_pairs(const DecodeProblem& p, const ValueRows<N>& rows, const float* former,
                     std::int64_t partial);

#if defined(RIDGE_HAS_DECODE_PAIRS)
/// sums[j · R + r] += key of position j times query r, unscaled.
template <typename Format, int P, int R>
void add_key_products(const DecodeProblem& p, const std::byte* const (&rows)[static_cast<std::size_t>(P)],
                      const std::byte* const (&scales)[static_cast<std::size_t>(P)], const Bf16* q,
                      Vector<float> (&sums)[static_cast<std::size_t>(P * R)]) {
    // Two sums of each product where there are few, since each waits for the one before.
    constexpr int chains = P * R < 4 ? 2 : 1;
    const auto add = [&](const std::int64_t key_dim) __attribute__((always_inline)) {
        for (std::int64_t d = 0; d < key_dim; d += unit<Format>) {
            Vector<float> of_unit[static_cast<std::size_t>(chains)][static_cast<std::size_t>(P * R)];
            RIDGE_UNROLL for (int i = 0; i < P * R; ++i) {
                of_unit[chains - 1][i] = Vector<float>(0.0F);
                of_unit[0][i] = Format::group_scale ? Vector<float>(0.0F) : sums[i];
            }
            RIDGE_UNROLL for (int v = 0; v < Format::vectors; ++v) {
                auto& part = of_unit[v % chains];
                __m512i keys[static_cast<std::size_t>(P)];
                RIDGE_UNROLL for (int j = 0; j < P; ++j) keys[j] =
                    Format::words(rows[j] + Format::bytes(d), v);
                RIDGE_UNROLL for (int r = 0; r < R; ++r) {
                    const __m512i one = _mm512_loadu_si512(q + r * p.key_stride + d + v * 2 * lanes);
                    RIDGE_UNROLL for (int j = 0; j < P; ++j) part[j * R + r] =
                        add_products_of_pairs(part[j * R + r], keys[j], one);
                }
            }
            RIDGE_UNROLL for (int j = 0; j < P; ++j) {
                Vector<float> scale(1.0F);
                if constexpr (Format::group_scale) scale = Format::scales(scales[j] + Format::scale_bytes(d));
                RIDGE_UNROLL for (int i = j * R; i < (j + 1) * R; ++i) {
                    const auto sum = chains == 1 ? of_unit[0][i] : of_unit[0][i] + of_unit[1][i];
                    sums[i] = Format::group_scale ? Kokkos::fma(sum, scale, sums[i]) : sum;
                }
            }
        }
    };
    if (p.key_dim == 128)
        add(128);
    else
        add(p.key_dim);
}

/// Adds a block's values to the sums of R rows, `columns` vectors of words at a time.
template <typename Format, int R>
struct PairedValues {
    static constexpr int columns = R <= 2 ? 4 : 8 / R;
    static constexpr int words = 2 * lanes;  ///< of a vector
    using Sums = Vector<float>[static_cast<std::size_t>(R)][static_cast<std::size_t>(2 * columns)];

    const DecodeProblem& p;
    DecodeBlock& block;
    std::int64_t partial;     ///< where the sums of the first row are
    const float* weights;     ///< [position][row], zero at the position after an odd count
    const float* correction;  ///< [row]
    std::uint32_t* pairs;     ///< [pair of positions][row], where weights have no scales beside them

    void add() const {
        if constexpr (!Format::group_scale) pair_all_weights();
        std::int64_t d = 0;
        for (; d + columns * words <= p.value_dim; d += columns * words) add_columns<columns>(d);
        for (; d < p.value_dim; d += words) add_columns<1>(d);
    }

  private:
    // 16 rows at a time; what is beyond R rows is written over by the next pair.
    void pair_all_weights() const {
        for (int i = 0; i < block.count; i += 2)
            _mm512_storeu_si512(pairs + i / 2 * R,
                                pair_weights(load(weights + i * R), load(weights + (i + 1) * R)));
    }

    template <int count>
    void add_columns(std::int64_t d) const {
        Sums sums;
        RIDGE_UNROLL for (int r = 0; r < R; ++r) RIDGE_UNROLL for (int c = 0; c < 2 * count; ++c) sums[r][c] =
            load(p.partial.sums(partial + r) + d + c * lanes) * Vector<float>(correction[r]);
        for (int i = 0; i < block.count; i += 2) {
            if (block.prefetches && d == 0) block.prefetch_values(p, 2 * p.cache.v.row_bytes);
            add_positions<count>(i, d, sums);
        }
        RIDGE_UNROLL for (int r = 0; r < R; ++r) RIDGE_UNROLL for (int c = 0; c < 2 * count; ++c)
            simd::simd_unchecked_store(sums[r][c], p.partial.sums(partial + r) + d + c * lanes,
                                       simd::simd_flag_default);
    }

    template <int count>
    void add_positions(int i, std::int64_t d, Sums& sums) const {
        const std::int64_t first = block.index[i], second = block.index[Kokkos::min(i + 1, block.count - 1)];
        RIDGE_UNROLL for (int c = 0; c < count; ++c) {
            const std::int64_t vector = d / words + c, from = vector / Format::vectors * unit<Format>;
            const int v = static_cast<int>(vector % Format::vectors);
            const auto values = Format::pairs(p.cache.v.row(first) + Format::bytes(from),
                                              p.cache.v.row(second) + Format::bytes(from), v);
            RIDGE_UNROLL for (int r = 0; r < R; ++r) {
                const __m512i both = weight_pair(i, r, first, second, from);
                sums[r][2 * c] = add_products_of_pairs(sums[r][2 * c], values.half[0], both);
                sums[r][2 * c + 1] = add_products_of_pairs(sums[r][2 * c + 1], values.half[1], both);
            }
        }
    }

    [[nodiscard]] __m512i weight_pair(int i, int r, std::int64_t first, std::int64_t second,
                                      std::int64_t from) const {
        if constexpr (Format::group_scale) {
            const std::int64_t at = Format::scale_bytes(from);
            return pair_scaled_weights(weights[i * R + r], Format::scales_of(p.cache.v.scales_of(first) + at),
                                       weights[(i + 1) * R + r],
                                       Format::scales_of(p.cache.v.scales_of(second) + at));
        } else {
            return _mm512_set1_epi32(static_cast<int>(pairs[i / 2 * R + r]));
        }
    }
};

/// Sums of R rows = former · sums + Σ weight · value, a pair of positions at a time; an odd one is paired
/// with itself and a weight of zero.
template <typename Format, int R, int N>
void add_value_pairs(const DecodeProblem& p, const ValueRows<N>& rows, const float* former,
                     std::int64_t partial) {
    constexpr int pairs = (N + 1) / 2;
    constexpr int together =
        Format::vectors * R <= 8 ? Format::vectors : 1;  // so that sums stay in registers
    const auto second = [](int i) { return 2 * i + 1 < N ? 2 * i + 1 : 2 * i; };
    const auto first_weight = [&](int i, int r) { return rows.weight(2 * i, r); };
    const auto second_weight = [&](int i, int r) { return 2 * i + 1 < N ? rows.weight(second(i), r) : 0.0F; };
    __m512i weights[static_cast<std::size_t>(pairs)][static_cast<std::size_t>(R)];
    if constexpr (!Format::group_scale)
        RIDGE_UNROLL for (int i = 0; i < pairs; ++i) RIDGE_UNROLL for (int r = 0; r < R; ++r) weights[i][r] =
            pair_of(first_weight(i, r), second_weight(i, r));
    for (std::int64_t d = 0; d < p.value_dim; d += unit<Format>) {
        const std::int64_t at = Format::bytes(d);
        if constexpr (Format::group_scale) {
            const std::int64_t scale = Format::scale_bytes(d);
            RIDGE_UNROLL for (int i = 0; i < pairs; ++i) {
                const auto one = Format::scales_of(rows.scales_of(2 * i) + scale);
                const auto other = Format::scales_of(rows.scales_of(second(i)) + scale);
                RIDGE_UNROLL for (int r = 0; r < R; ++r) weights[i][r] =
                    pair_scaled_weights(first_weight(i, r), one, second_weight(i, r), other);
            }
        }
        RIDGE_UNROLL for (int v = 0; v < Format::vectors; v += together) {
            Vector<float> low[static_cast<std::size_t>(together)][static_cast<std::size_t>(R)],
                high[static_cast<std::size_t>(together)][static_cast<std::size_t>(R)];
            RIDGE_UNROLL for (int r = 0; r < R; ++r) RIDGE_UNROLL for (int t = 0; t < together; ++t) {
                const float* sums = p.partial.sums(partial + r) + d + (v + t) * 2 * lanes;
                low[t][r] = load(sums) * Vector<float>(former[r]);
                high[t][r] = load(sums + lanes) * Vector<float>(former[r]);
            }
            RIDGE_UNROLL for (int i = 0; i < pairs; ++i) RIDGE_UNROLL for (int t = 0; t < together; ++t) {
                const auto values = Format::pairs(rows.row(2 * i) + at, rows.row(second(i)) + at, v + t);
                RIDGE_UNROLL for (int r = 0; r < R; ++r) {
                    low[t][r] = add_products_of_pairs(low[t][r], values.half[0], weights[i][r]);
                    high[t][r] = add_products_of_pairs(high[t][r], values.half[1], weights[i][r]);
                }
            }
            RIDGE_UNROLL for (int r = 0; r < R; ++r) RIDGE_UNROLL for (int t = 0; t < together; ++t) {
                float* sums = p.partial.sums(partial + r) + d + (v + t) * 2 * lanes;
                simd::simd_unchecked_store(low[t][r], sums, simd::simd_flag_default);
                simd::simd_unchecked_store(high[t][r], sums + lanes, simd::simd_flag_default);
            }
        }
    }
}
#endif

}  // namespace ridge::operators
