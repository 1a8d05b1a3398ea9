// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Kokkos_Core.hpp>
#include <Kokkos_SIMD.hpp>
#include <cstdint>

#include "operators/element.hpp"

#if defined(__AVX512F__) && !defined(__CUDACC__) && !defined(__HIPCC__)
#define RIDGE_HAS_AVX512
#include <immintrin.h>
#endif

/// Vectors of the instruction set, and loading and storing elements of any format through them. On a GPU
/// vectors have one lane and neighbouring threads take neighbouring elements.
namespace ridge::operators {

namespace simd = Kokkos::Experimental;

template <typename T>
using Vector = simd::simd<T>;

/// Lanes of a vector of 32-bit words.
inline constexpr int lanes = static_cast<int>(Vector<float>::size());

/// Lanes of the vectors that elements of type T are computed in.
template <typename T>
inline constexpr int lanes_of = static_cast<int>(Vector<Compute<T>>::size());

template <typename T>
KOKKOS_FORCEINLINE_FUNCTION Vector<T> load(const T* from) {
    return simd::simd_unchecked_load<Vector<T>>(from, simd::simd_flag_default);
}

/// A kernel reads what lies this far ahead of it; nothing on a GPU, whose threads hide the wait.
KOKKOS_FORCEINLINE_FUNCTION void prefetch([[maybe_unused]] const void* address) {
    KOKKOS_IF_ON_HOST((__builtin_prefetch(address);))
}

/// lanes_of<T> elements, converted; the address needs no alignment beyond the element's.
template <typename T>
KOKKOS_FORCEINLINE_FUNCTION Vector<Compute<T>> load_pack(const T* from) {
    if constexpr (std::is_same_v<T, Compute<T>>) {
        return load(from);
    } else {
#if defined(RIDGE_HAS_AVX512)
        if constexpr (lanes == 16 && sizeof(T) == 2) {
            const __m256i bits = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
            if constexpr (std::is_same_v<T, Bf16>)
                return Vector<float>(_mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(bits), 16)));
            else
                return Vector<float>(_mm512_cvtph_ps(bits));
        }
        if constexpr (lanes == 16 && std::is_same_v<T, std::int8_t>)
            return Vector<float>(_mm512_cvtepi32_ps(
                _mm512_cvtepi8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)))));
#endif
        Compute<T> values[static_cast<std::size_t>(lanes_of<T>)];
        for (int i = 0; i < lanes_of<T>; ++i) values[i] = to_float(from[i]);
        return load(values);
    }
}

/// lanes_of<T> elements, rounded.
template <typename T>
KOKKOS_FORCEINLINE_FUNCTION void store_pack(T* to, const Vector<Compute<T>>& value) {
    if constexpr (std::is_same_v<T, Compute<T>>) {
        simd::simd_unchecked_store(value, to, simd::simd_flag_default);
    } else {
#if defined(RIDGE_HAS_AVX512)
        if constexpr (lanes == 16 && std::is_same_v<T, Fp16>) {
            _mm256_storeu_si256(reinterpret_cast<__m256i*>(to),
                                _mm512_cvtps_ph(static_cast<__m512>(value), _MM_FROUND_TO_NEAREST_INT));
            return;
        }
#endif
        Compute<T> values[static_cast<std::size_t>(lanes_of<T>)];
        simd::simd_unchecked_store(value, values, simd::simd_flag_default);
        for (int i = 0; i < lanes_of<T>; ++i) to[i] = from_float<T>(values[i]);
    }
}

/// The first `count` elements of a pack; the other lanes are `rest`.
template <typename T>
KOKKOS_FORCEINLINE_FUNCTION Vector<Compute<T>> load_part(const T* from, int count, Compute<T> rest = 0) {
    Compute<T> values[static_cast<std::size_t>(lanes_of<T>)];
    for (int i = 0; i < lanes_of<T>; ++i) values[i] = i < count ? Compute<T>(to_float(from[i])) : rest;
    return load(values);
}

template <typename T>
KOKKOS_FORCEINLINE_FUNCTION void store_part(T* to, const Vector<Compute<T>>& value, int count) {
    Compute<T> values[static_cast<std::size_t>(lanes_of<T>)];
    simd::simd_unchecked_store(value, values, simd::simd_flag_default);
    for (int i = 0; i < count; ++i) to[i] = from_float<T>(values[i]);
}

/// Sum and largest of a vector's lanes.
template <typename T>
KOKKOS_FORCEINLINE_FUNCTION T sum_lanes(const Vector<T>& value) {
    T values[static_cast<std::size_t>(Vector<T>::size())];
    simd::simd_unchecked_store(value, values, simd::simd_flag_default);
    for (int half = static_cast<int>(Vector<T>::size()) / 2; half > 0; half /= 2)
        for (int i = 0; i < half; ++i) values[i] += values[i + half];
    return values[0];
}
template <typename T>
KOKKOS_FORCEINLINE_FUNCTION T max_lanes(const Vector<T>& value) {
    T values[static_cast<std::size_t>(Vector<T>::size())];
    simd::simd_unchecked_store(value, values, simd::simd_flag_default);
    for (int half = static_cast<int>(Vector<T>::size()) / 2; half > 0; half /= 2)
        for (int i = 0; i < half; ++i) values[i] = Kokkos::max(values[i], values[i + half]);
    return values[0];
}

/// Whether store_past_caches() does what it says.
#if defined(RIDGE_HAS_AVX512)
inline constexpr bool has_nontemporal_stores = true;
#else
inline constexpr bool has_nontemporal_stores = false;
#endif

/// store_pack() past the caches, for results that nobody reads soon: memory then need not be read before it
/// is written. The address is a multiple of the pack's bytes. drain_stores() follows the last one.
template <typename T>
KOKKOS_FORCEINLINE_FUNCTION void store_past_caches(T* to, const Vector<Compute<T>>& value) {
#if defined(RIDGE_HAS_AVX512)
    if constexpr (std::is_same_v<T, float> && lanes == 16) {
        _mm512_stream_ps(to, static_cast<__m512>(value));
        return;
    }
    if constexpr (std::is_same_v<T, double> && lanes == 16) {
        _mm512_stream_pd(to, static_cast<__m512d>(value));
        return;
    }
    if constexpr (sizeof(T) == 2 && lanes == 16) {
        alignas(32) T elements[16];
        store_pack(elements, value);
        _mm256_stream_si256(reinterpret_cast<__m256i*>(to),
                            _mm256_load_si256(reinterpret_cast<const __m256i*>(elements)));
        return;
    }
    if constexpr (sizeof(T) == 1 && lanes == 16) {
        alignas(16) T elements[16];
        store_pack(elements, value);
        _mm_stream_si128(reinterpret_cast<__m128i*>(to),
                         _mm_load_si128(reinterpret_cast<const __m128i*>(elements)));
        return;
    }
#endif
    store_pack(to, value);
}

KOKKOS_FORCEINLINE_FUNCTION void drain_stores() {
#if defined(RIDGE_HAS_AVX512)
    _mm_sfence();
#endif
}

}  // namespace ridge::operators
