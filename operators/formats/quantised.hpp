// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "operators/chunks.hpp"
#include "operators/formats/format_calls.hpp"
#include "operators/formats/int4_pack.hpp"

/// What quantise and dequantise share: elements of few bits in memory, and their scales.
namespace ridge::operators {

/// Storage of `Q` (int8, fp8_e4m3, or int4 as Int4Pair): element `j` of a row at `row`.
template <typename Q>
struct Quantised {
    static constexpr float limit = std::is_same_v<Q, std::int8_t> ? 127.0F : 448.0F;
    static constexpr bool is_packed = lanes > 1;  // whole packs at any address
    KOKKOS_FORCEINLINE_FUNCTION static Vector<float> load(const Q* row, std::int64_t j) {
        return load_pack(row + j);
    }
    KOKKOS_FORCEINLINE_FUNCTION static void store(Q* row, std::int64_t j, const Vector<float>& value,
                                                  bool past_caches) {
        store_up_to(row + j, value, lanes, past_caches);
    }
    KOKKOS_FORCEINLINE_FUNCTION static float at(const Q* row, std::int64_t j) { return to_float(row[j]); }
    /// One element, or two with int4.
    static constexpr int at_once = 1;
    KOKKOS_FORCEINLINE_FUNCTION static void set(Q* row, std::int64_t j, const float* value) {
        row[j] = from_float<Q>(value[0]);
    }
    KOKKOS_FORCEINLINE_FUNCTION static std::int64_t row_length(std::int64_t n) { return n; }
};

template <>
struct Quantised<Int4Pair> {
    static constexpr float limit = 7.0F;
    static constexpr bool is_packed = lanes > 1;
    KOKKOS_FORCEINLINE_FUNCTION static Vector<float> load(const Int4Pair* row, std::int64_t j) {
        return load_int4(row + j / 2);
    }
    KOKKOS_FORCEINLINE_FUNCTION static void store(Int4Pair* row, std::int64_t j, const Vector<float>& value,
                                                  bool past_caches) {
        store_int4(row + j / 2, value, past_caches);
    }
    KOKKOS_FORCEINLINE_FUNCTION static float at(const Int4Pair* row, std::int64_t j) {
        return int4_value(static_cast<std::uint32_t>(row[j / 2].bits) >> (j % 2 * 4));
    }
    static constexpr int at_once = 2;
    KOKKOS_FORCEINLINE_FUNCTION static void set(Int4Pair* row, std::int64_t j, const float* value) {
        row[j / 2].bits = static_cast<std::uint8_t>(int4_bits(value[0]) | int4_bits(value[1]) << 4);
    }
    KOKKOS_FORCEINLINE_FUNCTION static std::int64_t row_length(std::int64_t n) { return n / 2; }
};

/// Scales in fp32 or fp16.
struct Scales {
    std::byte* data;
    bool is_half;
    KOKKOS_FORCEINLINE_FUNCTION float get(std::int64_t i) const {
        if (!is_half) return reinterpret_cast<const float*>(data)[i];
        const auto half = reinterpret_cast<const Fp16*>(data)[i];
#if defined(RIDGE_HAS_AVX512)
        return _cvtsh_ss(half.bits);
#else
        return to_float(half);
#endif
    }
    /// Stores a scale and gives it as stored.
    KOKKOS_FORCEINLINE_FUNCTION float set(std::int64_t i, float value) const {
        if (is_half) {
            const auto half = from_float<Fp16>(value);
            reinterpret_cast<Fp16*>(data)[i] = half;
            return to_float(half);
        }
        reinterpret_cast<float*>(data)[i] = value;
        return value;
    }
};

/// Calls `f` with a zero element of the quantised precision and one of the float precision, of those that
/// kernels are compiled for.
template <typename F>
void with_quantised(Precision quantised, Precision other, const F& f) {
    const auto with_float = [&](auto q) {
        if (other == Precision::bf16) return f(q, Bf16{});
        if (other == Precision::fp16) return f(q, Fp16{});
        return f(q, float{});
    };
    if (quantised == Precision::int8) return with_float(std::int8_t{});
    if (quantised == Precision::int4) return with_float(Int4Pair{});
    return with_float(Fp8E4m3{});
}

/// "x=bf16 y=int8:row" and so on: every quantised format with every float format.
[[nodiscard]] std::vector<std::string> quantised_formats(const std::string& floats,
                                                         const std::string& quantised, bool floats_first);

}  // namespace ridge::operators
