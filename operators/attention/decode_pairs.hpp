// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/attention/cache_rows.hpp"
#include "operators/gemm/dot_fp8.hpp"

/// Rows of the cache as vectors of 32 bf16, exactly, for the instruction that multiplies and adds pairs of
/// them: half the products of fp32, and fewer conversions. Keys are multiplied as pairs of neighbours in a
/// vector; values as pairs of positions, whose weights are rounded to bf16 as in FlashAttention (Dao 2023).
namespace ridge::operators {

/// A cache format taken in pairs. Elements of a row are taken in units, each of them `vectors` vectors, in
/// which they lie in whatever order is had cheaply: word w of vector v is element(v, w) of the unit.
template <typename Format>
struct Paired;

template <typename Format>
inline constexpr bool is_paired = false;

#if defined(RIDGE_HAS_FP8_PAIRS)
#define RIDGE_HAS_DECODE_PAIRS

template <typename Format>
inline constexpr bool is_paired<Paired<Format>> = true;

/// Values of two positions side by side, the words of a vector in two halves.
struct ValuePairs {
    __m512i half[2];
};
inline ValuePairs interleave(__m512i first, __m512i second) {
    return {{_mm512_unpacklo_epi16(first, second), _mm512_unpackhi_epi16(first, second)}};
}

template <>
struct Paired<CachedFloats<Bf16>> : CachedFloats<Bf16> {
    static constexpr int vectors = 2;
    static constexpr bool group_scale = false;
    [[nodiscard]] static constexpr int element(int vector, int word) { return 32 * vector + word; }
    [[nodiscard]] static __m512i words(const std::byte* unit, int vector) {
        return _mm512_loadu_si512(unit + 64 * vector);
    }
    [[nodiscard]] static ValuePairs pairs(const std::byte* first, const std::byte* second, int vector) {
        return interleave(words(first, vector), words(second, vector));
    }
};

/// By look-up of the upper and the lower bytes of 64 elements; a vector has every other eight of them.
template <>
struct Paired<CachedFp8> : CachedFp8 {
    static constexpr int vectors = 2;
    static constexpr float factor = 1.0F;
    static constexpr bool group_scale = false;
    [[nodiscard]] static constexpr int element(int vector, int word) {
        return 16 * (word / 8) + 8 * vector + word % 8;
    }
    [[nodiscard]] static __m512i words(const std::byte* unit, int vector) {
        const Bytes bytes(_mm512_loadu_si512(unit));
        return vector == 0 ? _mm512_unpacklo_epi8(bytes.lower, bytes.upper)
                           : _mm512_unpackhi_epi8(bytes.lower, bytes.upper);
    }
    [[nodiscard]] static ValuePairs pairs(const std::byte* first, const std::byte* second, int vector) {
        const __m512i a = _mm512_loadu_si512(first), b = _mm512_loadu_si512(second);
        const Bytes bytes(vector == 0 ? _mm512_unpacklo_epi8(a, b) : _mm512_unpackhi_epi8(a, b));
        return {
            {_mm512_unpacklo_epi8(bytes.lower, bytes.upper), _mm512_unpackhi_epi8(bytes.lower, bytes.upper)}};
    }

  private:
    struct Bytes {
        __m512i lower, upper;
        explicit Bytes(__m512i bits) {
            const auto& tables = fp8_tables<Fp8E4m3>;
            const auto look_up = [&](const auto& table) {
                return _mm512_permutex2var_epi8(_mm512_load_si512(table.data()), bits,
                                                _mm512_load_si512(table.data() + 64));
            };
            const __m512i sign = _mm512_and_si512(bits, _mm512_set1_epi8(static_cast<char>(0x80)));
            lower = look_up(tables.lower);
            upper = _mm512_or_si512(look_up(tables.upper), sign);
        }
    };
};

/// One of four words for each quarter of a vector.
inline __m512i to_quarters(__m128i four) {
    const __m512i quarters = _mm512_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3);
    return _mm512_permutexvar_epi32(quarters, _mm512_castsi128_si512(four));
}

/// Each word picks the bf16 number of one of its four half bytes; a quarter of a vector has one group.
template <>
struct Paired<CachedInt4> : CachedInt4 {
    static constexpr int vectors = 4;
    static constexpr bool group_scale = true;
    [[nodiscard]] static constexpr int element(int vector, int word) { return 4 * word + vector; }
    [[nodiscard]] static __m512i words(const std::byte* unit, int vector) {
        return numbers(_mm512_loadu_si512(unit), vector);
    }
    [[nodiscard]] static ValuePairs pairs(const std::byte* first, const std::byte* second, int vector) {
        const auto bits = interleave(_mm512_loadu_si512(first), _mm512_loadu_si512(second));
        return {{numbers(bits.half[0], vector), numbers(bits.half[1], vector)}};
    }
    /// The scales of a unit's four groups, for the quarters of a vector.
    [[nodiscard]] static Vector<float> scales(const std::byte* scales) {
        return Vector<float>(_mm512_castsi512_ps(to_quarters(_mm_castps_si128(scales_of(scales)))));
    }
    [[nodiscard]] static __m128 scales_of(const std::byte* scales) {
        return _mm_cvtph_ps(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(scales)));
    }

  private:
    [[nodiscard]] static __m512i numbers(__m512i bits, int vector) {
        // 0 ... 7, -8 ... -1 in bf16, twice: the instruction looks at five bits of a word.
        const __m256i once =
            _mm256_setr_epi16(0, 0x3F80, 0x4000, 0x4040, 0x4080, 0x40A0, 0x40C0, 0x40E0, -0x3F00, -0x3F20,
                              -0x3F40, -0x3F60, -0x3F80, -0x3FC0, -0x4000, -0x4080);
        const __m512i halves = _mm512_srlv_epi16(bits, _mm512_set1_epi16(static_cast<short>(4 * vector)));
        return _mm512_permutexvar_epi16(halves, _mm512_broadcast_i64x4(once));
    }
};

/// Elements of a unit.
template <typename Format>
inline constexpr int unit = 2 * lanes* Format::vectors;

inline Vector<float> add_products_of_pairs(const Vector<float>& sum, __m512i a, __m512i b) {
    return Vector<float>(_mm512_dpbf16_ps(static_cast<__m512>(sum), reinterpret_cast<__m512bh>(a),
                                          reinterpret_cast<__m512bh>(b)));
}

/// 16 weights of each of two positions as pairs of bf16, each in a word of 32 bits.
inline __m512i pair_weights(const Vector<float>& first, const Vector<float>& second) {
    const __m512i low = _mm512_cvtepu16_epi32(avx512::narrow_bf16(static_cast<__m512>(first)));
    const __m512i high = _mm512_cvtepu16_epi32(avx512::narrow_bf16(static_cast<__m512>(second)));
    return _mm512_or_si512(low, _mm512_slli_epi32(high, 16));
}

/// One pair of weights in every word.
inline __m512i pair_of(float first, float second) {
    const auto rounded = _mm_cvtneps_pbh(_mm_setr_ps(first, second, 0.0F, 0.0F));
    return _mm512_broadcastd_epi32(reinterpret_cast<__m128i>(rounded));
}

/// Pairs of weights for each group of a unit: weight · scale of two positions.
inline __m512i pair_scaled_weights(float first, __m128 first_scales, float second, __m128 second_scales) {
    const __m128 a = _mm_mul_ps(_mm_set1_ps(first), first_scales);
    const __m128 b = _mm_mul_ps(_mm_set1_ps(second), second_scales);
    const auto rounded = reinterpret_cast<__m128i>(_mm_cvtne2ps_pbh(b, a));
    return to_quarters(_mm_unpacklo_epi16(rounded, _mm_unpackhi_epi64(rounded, rounded)));
}

/// Element of a unit whose sum is at `at` of the unit's sums: what interleaving makes of the words' order.
template <typename Format>
[[nodiscard]] constexpr int element_of_sum(int at) {
    const int vector = at / 32, half = at / 16 % 2, quarter = at / 4 % 4;
    return Format::element(vector, 8 * quarter + 4 * half + at % 4);
}

/// Sums of a row as pairs of values left them take the order of the elements.
template <typename Format>
void order_sums(float* sums, std::int64_t value_dim) {
    float former[static_cast<std::size_t>(unit<Format>)];
    for (std::int64_t d = 0; d < value_dim; d += unit<Format>) {
        for (int i = 0; i < unit<Format>; ++i) former[i] = sums[d + i];
        for (int i = 0; i < unit<Format>; ++i) sums[d + element_of_sum<Format>(i)] = former[i];
    }
}
#endif

}  // namespace ridge::operators
