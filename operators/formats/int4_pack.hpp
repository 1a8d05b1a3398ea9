// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/pack.hpp"

/// Two int4 in a byte, the first in the lower half, as vectors of fp32.
namespace ridge::operators {

struct Int4Pair {
    std::uint8_t bits;
};

KOKKOS_FORCEINLINE_FUNCTION float int4_value(std::uint32_t nibble) {
    return static_cast<float>(static_cast<std::int32_t>(nibble << 28) >> 28);
}

/// Rounded to the nearest, within ±7.
KOKKOS_FORCEINLINE_FUNCTION std::uint32_t int4_bits(float value) {
    const float kept = Kokkos::max(-7.0F, Kokkos::min(7.0F, Kokkos::nearbyint(value)));
    return static_cast<std::uint32_t>(static_cast<std::int32_t>(kept)) & 15U;
}

/// Elements 2i and 2i + 1 of `from` on, `lanes` of them (an even number of lanes).
KOKKOS_FORCEINLINE_FUNCTION Vector<float> load_int4(const Int4Pair* from) {
#if defined(RIDGE_HAS_AVX512)
    if constexpr (lanes == 16) {
        const __m512i bytes = _mm512_cvtepu8_epi64(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(from)));
        // The upper half's four bits go to the upper word of each 8 bytes; then each word's to its top.
        const __m512i apart = _mm512_or_si512(bytes, _mm512_slli_epi64(bytes, 28));
        return Vector<float>(_mm512_cvtepi32_ps(_mm512_srai_epi32(_mm512_slli_epi32(apart, 28), 28)));
    }
#endif
    float values[static_cast<std::size_t>(lanes)];
    for (int i = 0; i < lanes; ++i) values[i] = int4_value(from[i / 2].bits >> (i % 2 * 4));
    return load(values);
}

/// Past the caches if wanted and the machine can; drain_stores() follows the last one.
KOKKOS_FORCEINLINE_FUNCTION void store_int4(Int4Pair* to, const Vector<float>& value,
                                            [[maybe_unused]] bool past_caches) {
#if defined(RIDGE_HAS_AVX512)
    if constexpr (lanes == 16) {
        const __m512 limit = _mm512_set1_ps(7.0F), least = _mm512_set1_ps(-7.0F);
        const __m512 kept = _mm512_max_ps(_mm512_min_ps(static_cast<__m512>(value), limit), least);
        const __m512i nibbles = _mm512_and_si512(_mm512_cvtps_epi32(kept), _mm512_set1_epi32(15));
        const __m512i joined = _mm512_or_si512(nibbles, _mm512_srli_epi64(nibbles, 28));
        const __m128i bytes = _mm512_cvtepi64_epi8(joined);
        if (past_caches && reinterpret_cast<std::uintptr_t>(to) % sizeof(long long) == 0)
            _mm_stream_si64(reinterpret_cast<long long*>(to), _mm_cvtsi128_si64(bytes));
        else
            _mm_storel_epi64(reinterpret_cast<__m128i*>(to), bytes);
        return;
    }
#endif
    float values[static_cast<std::size_t>(lanes)];
    simd::simd_unchecked_store(value, values, simd::simd_flag_default);
    for (int i = 0; i + 1 < lanes; i += 2)
        to[i / 2].bits = static_cast<std::uint8_t>(int4_bits(values[i]) | int4_bits(values[i + 1]) << 4);
}

}  // namespace ridge::operators
