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

#if defined(RIDGE_HAS_AVX512)
/// 16 elements' bits in fp32 and back, for formats that instructions convert or that take few of them.
namespace avx512 {

template <typename T>
inline constexpr bool converts = lanes == 16 && sizeof(T) <= 2;

template <typename T>
KOKKOS_FORCEINLINE_FUNCTION __m512 widen(const T* from) {
    if constexpr (sizeof(T) == 2) {
        const __m256i bits = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
        if constexpr (std::is_same_v<T, Fp16>) return _mm512_cvtph_ps(bits);
        return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(bits), 16));
    } else {
        const __m128i bits = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
        if constexpr (std::is_same_v<T, std::int8_t>) return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(bits));
        const __m256i wide = _mm256_cvtepi8_epi16(bits);
        // e5m2 is the upper byte of fp16; e4m3, two bits lower, is 2^-8 times its value there.
        if constexpr (std::is_same_v<T, Fp8E5m2>) return _mm512_cvtph_ps(_mm256_slli_epi16(wide, 8));
        const __m256i magnitude = _mm256_and_si256(wide, _mm256_set1_epi16(0x7F));
        const __m256i nan = _mm256_cmpeq_epi16(magnitude, _mm256_set1_epi16(0x7F));
        const __m256i half =
            _mm256_or_si256(_mm256_or_si256(_mm256_slli_epi16(magnitude, 7),
                                            _mm256_and_si256(nan, _mm256_set1_epi16(0x7C00))),
                            _mm256_andnot_si256(_mm256_set1_epi16(0x7FFF), wide));
        return _mm512_mul_ps(_mm512_cvtph_ps(half), _mm512_set1_ps(256.0F));
    }
}

KOKKOS_FORCEINLINE_FUNCTION __m512i words(std::uint32_t value) {
    return _mm512_set1_epi32(static_cast<int>(value));
}

/// NarrowFloat::narrow of every lane.
template <typename Narrow>
KOKKOS_FORCEINLINE_FUNCTION __m512i narrow_lanes(__m512 value) {
    const __m512i bits = _mm512_castps_si512(value), magnitude = _mm512_and_si512(bits, words(0x7FFFFFFFU));
    const __m512i subnormal =
        _mm512_sub_epi32(_mm512_castps_si512(_mm512_add_ps(_mm512_castsi512_ps(magnitude),
                                                           _mm512_castsi512_ps(words(Narrow::step)))),
                         words(Narrow::step));
    const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(magnitude, Narrow::shift), words(1));
    const __m512i sum = _mm512_add_epi32(_mm512_add_epi32(magnitude, words(Narrow::rebias)), odd);
    __m512i out = _mm512_srli_epi32(sum, Narrow::shift);
    out = _mm512_mask_mov_epi32(out, _mm512_cmplt_epu32_mask(magnitude, words(Narrow::smallest_normal)),
                                subnormal);
    out = _mm512_mask_mov_epi32(out, _mm512_cmpgt_epu32_mask(out, words(Narrow::largest)),
                                words(Narrow::overflow));
    out = _mm512_mask_mov_epi32(out, _mm512_cmpgt_epu32_mask(magnitude, words(Narrow::fp32_infinity)),
                                words(Narrow::magnitude_mask));
    const __m512i sign =
        _mm512_and_si512(_mm512_srli_epi32(bits, Narrow::sign_shift), words(Narrow::magnitude_mask + 1));
    return _mm512_or_si512(out, sign);
}

KOKKOS_FORCEINLINE_FUNCTION __m256i narrow_bf16(__m512 value) {
#if defined(__AVX512BF16__)
    return reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(value));  // denormal numbers become zero
#else
    const __m512i bits = _mm512_castps_si512(value);
    const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), words(1));
    const __m512i rounded =
        _mm512_srli_epi32(_mm512_add_epi32(_mm512_add_epi32(bits, words(0x7FFF)), odd), 16);
    const auto nan = _mm512_cmp_ps_mask(value, value, _CMP_UNORD_Q);
    return _mm512_cvtepi32_epi16(_mm512_mask_mov_epi32(rounded, nan, words(0x7FC0)));
#endif
}

KOKKOS_FORCEINLINE_FUNCTION __m128i narrow_int8(__m512 value) {
    const __m512 limit = _mm512_set1_ps(127.0F);
    const __m512 kept = _mm512_max_ps(_mm512_min_ps(value, limit), _mm512_sub_ps(_mm512_setzero_ps(), limit));
    return _mm512_cvtepi32_epi8(_mm512_cvtps_epi32(kept));
}

/// __m256i of 2-byte elements, __m128i of 1-byte ones.
template <typename T>
KOKKOS_FORCEINLINE_FUNCTION auto narrow(__m512 value) {
    if constexpr (std::is_same_v<T, Fp16>)
        return _mm512_cvtps_ph(value, _MM_FROUND_TO_NEAREST_INT);
    else if constexpr (std::is_same_v<T, Bf16>)
        return narrow_bf16(value);
    else if constexpr (std::is_same_v<T, Fp8E4m3>)
        return _mm512_cvtepi32_epi8(narrow_lanes<NarrowE4m3>(value));
    else if constexpr (std::is_same_v<T, std::int8_t>)
        return narrow_int8(value);
    else
        return _mm512_cvtepi32_epi8(narrow_lanes<NarrowE5m2>(value));
}

}  // namespace avx512
#endif

/// lanes_of<T> elements, converted; the address needs no alignment beyond the element's.
template <typename T>
KOKKOS_FORCEINLINE_FUNCTION Vector<Compute<T>> load_pack(const T* from) {
    if constexpr (std::is_same_v<T, Compute<T>>) {
        return load(from);
    } else {
#if defined(RIDGE_HAS_AVX512)
        if constexpr (avx512::converts<T>) return Vector<float>(avx512::widen(from));
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
        if constexpr (avx512::converts<T>) {
            const auto bits = avx512::narrow<T>(static_cast<__m512>(value));
            if constexpr (sizeof(T) == 2)
                _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), bits);
            else
                _mm_storeu_si128(reinterpret_cast<__m128i*>(to), bits);
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
    if constexpr (avx512::converts<T>) {
        const auto bits = avx512::narrow<T>(static_cast<__m512>(value));
        if constexpr (sizeof(T) == 2)
            _mm256_stream_si256(reinterpret_cast<__m256i*>(to), bits);
        else
            _mm_stream_si128(reinterpret_cast<__m128i*>(to), bits);
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
