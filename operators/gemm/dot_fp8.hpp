// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <type_traits>

#include "operators/gemm/dot_avx512.hpp"

/// fp8 multiplied in pairs as bf16, which holds every fp8 number: 32 of them at once by look-up, where there
/// is an instruction for it.
namespace ridge::operators {

/// Bits of the bf16 number that the magnitude of an fp8 number is, given by its bits: every one is exact.
template <typename T>
[[nodiscard]] constexpr std::uint16_t magnitude_in_bf16(unsigned bits) {
    constexpr bool is_e4m3 = std::is_same_v<T, Fp8E4m3>;
    using Format = std::conditional_t<is_e4m3, NarrowE4m3, NarrowE5m2>;
    constexpr int mantissa_bits = 23 - Format::shift;
    if (bits > Format::largest) return bits == Format::infinity && !is_e4m3 ? 0x7F80 : 0x7FC0;
    if (bits == 0) return 0;
    unsigned exponent = bits >> mantissa_bits;
    unsigned mantissa = bits & ((1U << mantissa_bits) - 1);
    if (exponent == 0)
        for (exponent = 1; mantissa >> mantissa_bits == 0; --exponent) mantissa <<= 1;
    mantissa &= (1U << mantissa_bits) - 1;
    return static_cast<std::uint16_t>((exponent + 127U - unsigned{Format::bias}) << 7 |
                                      mantissa << (7 - mantissa_bits));
}

#if defined(RIDGE_HAS_AVX512_BF16) && defined(__AVX512VBMI__)
#define RIDGE_HAS_FP8_PAIRS
/// The lower and the upper bytes of magnitudes in bf16, which a look-up in two registers finds.
template <typename T>
struct Fp8Tables {
    alignas(64) std::array<std::uint8_t, 128> lower{}, upper{};
    alignas(64) std::array<std::uint8_t, 64> twice{};  ///< each byte of 32 two times
    constexpr Fp8Tables() {
        for (unsigned bits = 0; bits < 128; ++bits) {
            lower[bits] = static_cast<std::uint8_t>(magnitude_in_bf16<T>(bits) & 0xFFU);
            upper[bits] = static_cast<std::uint8_t>(magnitude_in_bf16<T>(bits) >> 8);
        }
        for (unsigned byte = 0; byte < 64; ++byte) twice[byte] = static_cast<std::uint8_t>(byte / 2);
    }
};
template <typename T>
inline constexpr Fp8Tables<T> fp8_tables;

/// 32 elements in bf16, exactly.
template <typename T>
inline __m512i fp8_in_bf16(__m256i bits) {
    const auto table = [](const std::uint8_t* from) { return _mm512_load_si512(from); };
    const auto& tables = fp8_tables<T>;
    // Each byte twice: for the lower byte of its bf16 number and for the upper one.
    const __m512i twice = _mm512_permutexvar_epi8(table(tables.twice.data()), _mm512_castsi256_si512(bits));
    const __m512i lower = _mm512_maskz_permutex2var_epi8(0x5555555555555555, table(tables.lower.data()),
                                                         twice, table(tables.lower.data() + 64));
    const __m512i upper = _mm512_maskz_permutex2var_epi8(0xAAAAAAAAAAAAAAAA, table(tables.upper.data()),
                                                         twice, table(tables.upper.data() + 64));
    const __m512i signs = _mm512_and_si512(twice, _mm512_set1_epi16(static_cast<short>(0x8000)));
    return _mm512_or_si512(_mm512_or_si512(lower, upper), signs);
}

/// Pairs of fp8 become pairs of bf16: W when it is loaded, A when a step takes it or when it is packed
/// before.
template <typename T>
struct DotFp8Pairs : DotBf16Avx512 {
    using Stored = std::uint16_t;
    using Weight = std::uint16_t;

    static Word activation(Stored pair) {
        const auto one = [](unsigned bits) {
            const unsigned at = bits & 0x7FU;
            return fp8_tables<T>.lower[at] | static_cast<unsigned>(fp8_tables<T>.upper[at]) << 8 |
                   (bits & 0x80U) << 8;
        };
        return static_cast<Word>(one(pair & 0xFFU) | one(pair >> 8) << 16);
    }
    static Vector<Word> weights(const Weight* from) {
        return Vector<Word>(fp8_in_bf16<T>(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from))));
    }
};
#endif

}  // namespace ridge::operators
