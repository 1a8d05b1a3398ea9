// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <type_traits>

#include "operators/memory.hpp"
#include "operators/pack.hpp"

/// What the kernels of sparse weights share. Weights of type T are widened when they are read, and so are
/// activations, once for each run: floats to fp32, int8 to int32, so that one set of kernels serves all
/// formats and a vector has as many lanes for each.
namespace ridge::operators {

template <typename T>
using SparseSum = std::conditional_t<std::is_same_v<T, std::int8_t>, std::int32_t, float>;

template <typename T>
KOKKOS_FORCEINLINE_FUNCTION SparseSum<T> widen(T value) {
    if constexpr (std::is_same_v<T, std::int8_t>)
        return value;
    else
        return to_float(value);
}

template <typename T>
KOKKOS_FORCEINLINE_FUNCTION Vector<SparseSum<T>> load_weights(const T* from) {
    if constexpr (std::is_same_v<T, std::int8_t>) {
#if defined(RIDGE_HAS_AVX512)
        if constexpr (lanes == 16)
            return Vector<std::int32_t>(
                _mm512_cvtepi8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from))));
#endif
        std::int32_t values[static_cast<std::size_t>(lanes)];
        for (int i = 0; i < lanes; ++i) values[i] = from[i];
        return load(values);
    } else {
        return load_pack(from);
    }
}

template <typename Sum>
KOKKOS_FORCEINLINE_FUNCTION Vector<Sum> multiply_add(const Vector<Sum>& a, const Vector<Sum>& b,
                                                     const Vector<Sum>& sum) {
    if constexpr (std::is_same_v<Sum, float>)
        return Kokkos::fma(a, b, sum);
    else
        return a * b + sum;
}

/// from[at[lane]] of each lane.
template <typename Sum>
KOKKOS_FORCEINLINE_FUNCTION Vector<Sum> gather(const Sum* from, const std::uint16_t* at) {
#if defined(RIDGE_HAS_AVX512)
    if constexpr (lanes == 16) {
        const __m512i index = _mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(at)));
        if constexpr (std::is_same_v<Sum, float>)
            return Vector<Sum>(_mm512_i32gather_ps(index, from, 4));
        else
            return Vector<Sum>(_mm512_i32gather_epi32(index, from, 4));
    }
#endif
    Sum values[static_cast<std::size_t>(lanes)];
    for (int i = 0; i < lanes; ++i) values[i] = from[at[i]];
    return load(values);
}

/// C in its own precision, row-major.
template <typename Sum>
struct SparseResult {
    void* data;
    std::int64_t row_length;
    Precision precision;

    KOKKOS_FORCEINLINE_FUNCTION void write(std::int64_t row, std::int64_t column, Sum sum) const {
        const std::int64_t at = row * row_length + column;
        if constexpr (std::is_same_v<Sum, float>) {
            if (precision == Precision::bf16)
                static_cast<Bf16*>(data)[at] = from_float<Bf16>(sum);
            else if (precision == Precision::fp16)
                static_cast<Fp16*>(data)[at] = from_float<Fp16>(sum);
            else
                static_cast<float*>(data)[at] = sum;
        } else {
            static_cast<Sum*>(data)[at] = sum;
        }
    }

    /// The lanes of a vector to `count` columns that follow each other.
    KOKKOS_FORCEINLINE_FUNCTION void write(std::int64_t row, std::int64_t column, const Vector<Sum>& sums,
                                           int count) const {
        Sum values[static_cast<std::size_t>(lanes)];
        simd::simd_unchecked_store(sums, values, simd::simd_flag_default);
        for (int i = 0; i < count; ++i) write(row, column + i, values[i]);
    }
};

/// Rows of A, widened, with zeros from k to `row_length`.
template <typename T>
struct WidenRows {
    const T* a;
    SparseSum<T>* out;
    std::int64_t a_row, k, row_length;

    KOKKOS_FUNCTION void operator()(const std::int64_t i) const {
        const std::int64_t row = i / row_length, column = i % row_length;
        out[i] = column < k ? widen(a[row * a_row + column]) : SparseSum<T>(0);
    }
};

/// `height` rows of A side by side for each column, zeros beyond the last row: [row /
/// height][column][height].
template <typename T>
struct WidenColumns {
    const T* a;
    SparseSum<T>* out;
    std::int64_t a_row, m, k, height;

    KOKKOS_FUNCTION void operator()(const std::int64_t i) const {
        const std::int64_t tile = i / k, column = i % k;
        for (std::int64_t j = 0; j < height; ++j) {
            const std::int64_t row = tile * height + j;
            out[i * height + j] = row < m ? widen(a[row * a_row + column]) : SparseSum<T>(0);
        }
    }
};

using SparseRange =
    Kokkos::RangePolicy<DeviceSpace, Kokkos::Schedule<Kokkos::Static>, Kokkos::IndexType<std::int64_t>>;

/// Calls `f` with a zero of the type that weights of this precision are stored in; fp32, bf16, fp16 or int8.
template <typename F>
auto with_weight(Precision precision, const F& f) {
    switch (precision) {
        case Precision::bf16:
            return f(Bf16{});
        case Precision::fp16:
            return f(Fp16{});
        case Precision::int8:
            return f(std::int8_t{});
        default:
            return f(float{});
    }
}

}  // namespace ridge::operators
