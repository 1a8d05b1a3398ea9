// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "operators/pack.hpp"

/// Casting a whole line of 64 bytes of a narrow format at once: stores past the caches then leave no line
/// half written, and bf16 becomes fp8 by look-up, 64 numbers in the instructions that 16 take by way of fp32.
namespace ridge::operators {

/// Elements of Y that a step of a cast writes: a line where there are instructions for it.
#if defined(RIDGE_HAS_AVX512)
template <typename Y>
inline constexpr int line_of = sizeof(Y) <= 2 ? 64 / static_cast<int>(sizeof(Y)) : lanes;
#else
template <typename Y>
inline constexpr int line_of = lanes;
#endif

#if defined(RIDGE_HAS_AVX512) && defined(__AVX512VBMI__)
#define RIDGE_HAS_FP8_LOOK_UP
/// How the bits of a bf16 number's magnitude, exponent e and mantissa m, become those of an fp8 number.
/// Exponents count from the largest one whose numbers all round to zero: `exponent` gives the bits of a
/// normal number's exponent less one, to which the rounded significand adds, or sixteen times e of a
/// subnormal one. That and four bits of its mantissa, the last one sticky, find it in `subnormal`.
template <typename Narrow>
struct FromBf16 {
    static constexpr int mantissa_bits = 23 - Narrow::shift;
    static constexpr int zero_exponent = 127 - Narrow::bias - mantissa_bits - 1;
    static constexpr int first_normal = mantissa_bits + 2;  ///< counted exponent
    alignas(64) std::array<std::uint8_t, 128> exponent{}, significand{}, sticky{}, subnormal{};

    constexpr FromBf16() {
        for (int i = 0; i < 128; ++i) {
            const int normal = i - first_normal,
                      most = 0xE0;  // far above every number, and adding to it stays so
            const int bits = normal < 0 ? 16 * i : normal << mantissa_bits;
            exponent[at(i)] = static_cast<std::uint8_t>(normal < 0 || bits < most ? bits : most);
            significand[at(i)] = rounded((128 + i) << mantissa_bits, 128);
            sticky[at(i)] = static_cast<std::uint8_t>(i / 16 * 2 + (i % 16 != 0 ? 1 : 0));
            // (1 + sixteenths) · 2^(e - 2) of the smallest number.
            subnormal[at(i)] = i < 16 ? 0 : rounded((16 + i % 16) << (i / 16), 64);
        }
    }

  private:
    static constexpr std::size_t at(int i) { return static_cast<std::size_t>(i); }
    /// value / unit to the nearest, ties to even.
    static constexpr std::uint8_t rounded(int value, int unit) {
        const int down = value / unit, rest = value % unit;
        const bool up = 2 * rest > unit || (2 * rest == unit && down % 2 != 0);
        return static_cast<std::uint8_t>(down + (up ? 1 : 0));
    }
};
template <typename Narrow>
inline constexpr FromBf16<Narrow> from_bf16;

/// 64 numbers, rounded as NarrowFloat::narrow rounds them; false and nothing where one of them is not finite.
template <typename Narrow>
inline bool narrow_line(const Bf16* from, __m512i& to) {
    using Table = FromBf16<Narrow>;
    const auto& tables = from_bf16<Narrow>;
    const auto look_up = [](const std::array<std::uint8_t, 128>& table, __m512i at) {
        return _mm512_permutex2var_epi8(_mm512_load_si512(table.data()), at,
                                        _mm512_load_si512(table.data() + 64));
    };
    const auto bytes = [](int value) { return _mm512_set1_epi8(static_cast<char>(value)); };
    struct Bytes {
        alignas(64) std::array<std::uint8_t, 64> of{};
        constexpr explicit Bytes(int first) {
            for (int i = 0; i < 64; ++i)
                of[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(2 * i + first);
        }
    };
    static constexpr Bytes even(0), odd(1);
    const __m512i a = _mm512_loadu_si512(from), b = _mm512_loadu_si512(from + 32);
    const auto pick = [](__m512i x, const Bytes& which, __m512i y) {
        return _mm512_permutex2var_epi8(x, _mm512_load_si512(which.of.data()), y);
    };
    const __m512i upper = pick(a, odd, b), mantissa = pick(a, even, b);  // its first bit is the exponent's
    const __m512i exponent = pick(_mm512_add_epi16(a, a), odd, _mm512_add_epi16(b, b));
    if (_mm512_cmpeq_epi8_mask(exponent, bytes(0xFF)) != 0) return false;
    const __m512i counted =
        _mm512_min_epu8(_mm512_subs_epu8(exponent, bytes(Table::zero_exponent)), bytes(127));
    const __m512i base = look_up(tables.exponent, counted);
    const __m512i normal = _mm512_add_epi8(base, look_up(tables.significand, mantissa));
    const __m512i subnormal =
        look_up(tables.subnormal, _mm512_add_epi8(base, look_up(tables.sticky, mantissa)));
    const auto is_subnormal = _mm512_cmplt_epu8_mask(counted, bytes(Table::first_normal));
    const __m512i magnitude = _mm512_min_epu8(_mm512_mask_mov_epi8(normal, is_subnormal, subnormal),
                                              bytes(static_cast<int>(Narrow::overflow)));
    to = _mm512_ternarylogic_epi32(magnitude, upper, bytes(0x80), 0xF8);  // magnitude | (upper & 0x80)
    return true;
}
#endif

#if defined(RIDGE_HAS_AVX512)
/// A line of a narrow format from fp32, whose vectors `load(i)` gives.
template <typename Y, typename Load>
KOKKOS_FORCEINLINE_FUNCTION __m512i narrow_line(const Load& load) {
    const auto part = [&](int i) { return avx512::narrow<Y>(static_cast<__m512>(load(i))); };
    if constexpr (sizeof(Y) == 2) {
        return _mm512_inserti64x4(_mm512_castsi256_si512(part(0)), part(1), 1);
    } else {
        const __m256i low = _mm256_inserti128_si256(_mm256_castsi128_si256(part(0)), part(1), 1);
        const __m256i high = _mm256_inserti128_si256(_mm256_castsi128_si256(part(2)), part(3), 1);
        return _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
    }
}

inline void store_line(void* to, __m512i line, bool past_caches) {
    if (past_caches && reinterpret_cast<std::uintptr_t>(to) % 64 == 0)
        _mm512_stream_si512(static_cast<__m512i*>(to), line);
    else
        _mm512_storeu_si512(to, line);
}
#endif

}  // namespace ridge::operators
