// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/attention/cache_rows.hpp"
#include "operators/chunks.hpp"

/// Rows of bf16 taken as pairs of neighbours, where an instruction multiplies and adds pairs: half the
/// products of fp32, and nothing is widened for them.
namespace ridge::operators {

/// Whether this program's decode kernels can take a cache of this format in pairs.
template <typename Format>
inline constexpr bool takes_pairs = std::is_same_v<Format, CachedFloats<Bf16>>&& takes_even_and_odd<Bf16>;
/// Multiples of it are the dimensions of values that every number of query rows walks in whole pairs.
inline constexpr std::int64_t paired_values = 8 * lanes;

#if defined(RIDGE_HAS_AVX512) && defined(__AVX512BF16__)
using Pairs = __m512i;

KOKKOS_FORCEINLINE_FUNCTION Pairs load_pairs(const void* from) { return _mm512_loadu_si512(from); }

KOKKOS_FORCEINLINE_FUNCTION Vector<float> add_products_of_pairs(const Vector<float>& sum, Pairs a, Pairs b) {
    return Vector<float>(_mm512_dpbf16_ps(static_cast<__m512>(sum), reinterpret_cast<__m512bh>(a),
                                          reinterpret_cast<__m512bh>(b)));
}

/// 16 even elements and the 16 odd ones between them become neighbours again.
KOKKOS_FORCEINLINE_FUNCTION void join_pairs(float* at) {
    const __m512i low = _mm512_set_epi32(23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
    const __m512i high = _mm512_add_epi32(low, _mm512_set1_epi32(8));
    const __m512 even = _mm512_loadu_ps(at), odd = _mm512_loadu_ps(at + 16);
    _mm512_storeu_ps(at, _mm512_permutex2var_ps(even, low, odd));
    _mm512_storeu_ps(at + 16, _mm512_permutex2var_ps(even, high, odd));
}
#else
// Never called: no format is taken in pairs.
struct Pairs {};
KOKKOS_FORCEINLINE_FUNCTION Pairs load_pairs(const void*) { return {}; }
KOKKOS_FORCEINLINE_FUNCTION Vector<float> add_products_of_pairs(const Vector<float>& sum, Pairs, Pairs) {
    return sum;
}
KOKKOS_FORCEINLINE_FUNCTION void split_pairs(Pairs, Vector<float>*) {}
KOKKOS_FORCEINLINE_FUNCTION void join_pairs(float*) {}
#endif

}  // namespace ridge::operators
