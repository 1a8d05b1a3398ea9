// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/pack.hpp"

/// Sums over the lanes of several vectors at once, and transposing a square of lanes: what is left of them in
/// portable code would take longer than the products before.
namespace ridge::operators {

#if defined(RIDGE_HAS_AVX512)
/// Lane sums of 16 vectors by halves: each step adds what two vectors have left of their lanes.
inline __m512 add_halves_of_lanes(__m512 a, __m512 b) {
    return _mm512_add_ps(_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b));
}
inline __m512 add_pairs_of_lanes(__m512 a, __m512 b) {
    const __m512d x = _mm512_castps_pd(a), y = _mm512_castps_pd(b);
    return _mm512_add_ps(_mm512_castpd_ps(_mm512_unpacklo_pd(x, y)),
                         _mm512_castpd_ps(_mm512_unpackhi_pd(x, y)));
}
inline __m512 add_quarters(__m512 a, __m512 b) {
    return _mm512_add_ps(_mm512_shuffle_f32x4(a, b, 0x88), _mm512_shuffle_f32x4(a, b, 0xDD));
}
inline __m512 lane_sums_of_four(const Vector<float>* v) {
    const auto at = [v](int i) { return static_cast<__m512>(v[i]); };
    return add_pairs_of_lanes(add_halves_of_lanes(at(0), at(1)), add_halves_of_lanes(at(2), at(3)));
}
#endif

/// A value that several products take: GCC would read it from memory for each of them, and there is one load
/// of a whole vector in a cycle.
KOKKOS_FORCEINLINE_FUNCTION Vector<float> in_register(const Vector<float>& value) {
#if defined(RIDGE_HAS_AVX512)
    __m512 out = static_cast<__m512>(value);
    __asm__("" : "+v"(out));
    return Vector<float>(out);
#else
    return value;
#endif
}

/// out[i] = sum over the lanes of v[i].
template <int count>
KOKKOS_FORCEINLINE_FUNCTION void sum_lanes_of_each(const Vector<float> (&v)[static_cast<std::size_t>(count)],
                                                   float* out) {
#if defined(RIDGE_HAS_AVX512)
    if constexpr (count == 16 && lanes == 16) {
        const __m512 first = add_quarters(lane_sums_of_four(v), lane_sums_of_four(v + 4));
        const __m512 second = add_quarters(lane_sums_of_four(v + 8), lane_sums_of_four(v + 12));
        _mm512_storeu_ps(out, add_quarters(first, second));
        return;
    }
#endif
    for (int i = 0; i < count; ++i) out[i] = sum_lanes(v[i]);
}

/// Lane j of out[i] is lane i of v[j].
KOKKOS_FORCEINLINE_FUNCTION void transpose_lanes(Vector<float> (&v)[static_cast<std::size_t>(lanes)]) {
#if defined(RIDGE_HAS_AVX512)
    if constexpr (lanes == 16) {
        __m512 a[16], b[16];
        for (int i = 0; i < 16; ++i) a[i] = static_cast<__m512>(v[i]);
        for (int i = 0; i < 16; i += 2) {
            b[i] = _mm512_unpacklo_ps(a[i], a[i + 1]);
            b[i + 1] = _mm512_unpackhi_ps(a[i], a[i + 1]);
        }
        for (int i = 0; i < 16; i += 4)
            for (int j = 0; j < 2; ++j) {
                const __m512d x = _mm512_castps_pd(b[i + j]), y = _mm512_castps_pd(b[i + j + 2]);
                a[i + 2 * j] = _mm512_castpd_ps(_mm512_unpacklo_pd(x, y));
                a[i + 2 * j + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(x, y));
            }
        // a[4·g + i]: in quarter h, elements 4·h + i of vectors 4·g ... 4·g + 3.
        for (int i = 0; i < 4; ++i) {
            const __m512 low02 = _mm512_shuffle_f32x4(a[i], a[4 + i], 0x88);
            const __m512 low13 = _mm512_shuffle_f32x4(a[i], a[4 + i], 0xDD);
            const __m512 high02 = _mm512_shuffle_f32x4(a[8 + i], a[12 + i], 0x88);
            const __m512 high13 = _mm512_shuffle_f32x4(a[8 + i], a[12 + i], 0xDD);
            v[i] = Vector<float>(_mm512_shuffle_f32x4(low02, high02, 0x88));
            v[4 + i] = Vector<float>(_mm512_shuffle_f32x4(low13, high13, 0x88));
            v[8 + i] = Vector<float>(_mm512_shuffle_f32x4(low02, high02, 0xDD));
            v[12 + i] = Vector<float>(_mm512_shuffle_f32x4(low13, high13, 0xDD));
        }
        return;
    }
#endif
    float in[static_cast<std::size_t>(lanes * lanes)], out[static_cast<std::size_t>(lanes)];
    for (int i = 0; i < lanes; ++i) simd::simd_unchecked_store(v[i], in + i * lanes, simd::simd_flag_default);
    for (int i = 0; i < lanes; ++i) {
        for (int j = 0; j < lanes; ++j) out[j] = in[j * lanes + i];
        v[i] = load(out);
    }
}

}  // namespace ridge::operators
