// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Kokkos_Core.hpp>
#include <cstdint>
#include <type_traits>

#include "core/precision.hpp"

/// Elements as they lie in memory, and their conversion: to fp32 exactly, from fp32 to the nearest (ties to
/// even). Without branches, so that loops over them become vector code; the same on every device.
namespace ridge::operators {

struct Bf16 {
    std::uint16_t bits;
};
struct Fp16 {
    std::uint16_t bits;
};
/// OCP 8-bit floating point, revision 1.0 (2023): e4m3 has no infinity and ends at 448.
struct Fp8E4m3 {
    std::uint8_t bits;
};
struct Fp8E5m2 {
    std::uint8_t bits;
};

/// A float format narrower than fp32: sign, exponent, mantissa.
template <int exponent_bits, int mantissa_bits, bool has_infinity>
struct NarrowFloat {
    static constexpr int shift = 23 - mantissa_bits;
    static constexpr int bias = (1 << (exponent_bits - 1)) - 1;
    static constexpr std::uint32_t magnitude_mask = (1U << (exponent_bits + mantissa_bits)) - 1;
    static constexpr std::uint32_t sign_shift = 31 - (exponent_bits + mantissa_bits);
    static constexpr std::uint32_t infinity = ((1U << exponent_bits) - 1) << mantissa_bits;
    /// Above it values are infinite, or not a number in a format without infinity.
    static constexpr std::uint32_t largest = has_infinity ? infinity - 1 : magnitude_mask - 1;
    static constexpr std::uint32_t fp32_infinity = 0x7F800000;
    static constexpr std::uint32_t smallest_normal = static_cast<std::uint32_t>(128 - bias) << 23;
    /// Adding a number whose last bit is the narrow format's smallest step rounds to that step.
    static constexpr std::uint32_t step = static_cast<std::uint32_t>(128 - bias + shift) << 23;
    /// Added to a normal number: the other bias of exponents, and what rounds the bits that are shifted out.
    static constexpr std::uint32_t rebias =
        (1U << (shift - 1)) - 1U - (static_cast<std::uint32_t>(127 - bias) << 23);
    /// Instead of what is too large: infinity, or in e4m3 the largest number.
    static constexpr std::uint32_t overflow = has_infinity ? infinity : largest;

    KOKKOS_FORCEINLINE_FUNCTION static float widen(std::uint32_t bits) {
        const std::uint32_t magnitude = bits & magnitude_mask;
        // 2^(127 - bias): scaling is exact and makes subnormal numbers of the narrow format normal ones.
        constexpr auto scale = static_cast<std::uint32_t>(254 - bias) << 23;
        const float scaled = Kokkos::bit_cast<float>(magnitude << shift) * Kokkos::bit_cast<float>(scale);
        const std::uint32_t special = magnitude << shift | fp32_infinity | (has_infinity ? 0 : 0x400000U);
        const std::uint32_t value = magnitude > largest ? special : Kokkos::bit_cast<std::uint32_t>(scaled);
        return Kokkos::bit_cast<float>(value | (bits << sign_shift & 0x80000000U));
    }

    KOKKOS_FORCEINLINE_FUNCTION static std::uint32_t narrow(float value) {
        const auto bits = Kokkos::bit_cast<std::uint32_t>(value);
        const std::uint32_t magnitude = bits & 0x7FFFFFFFU;
        const auto subnormal = Kokkos::bit_cast<std::uint32_t>(Kokkos::bit_cast<float>(magnitude) +
                                                               Kokkos::bit_cast<float>(std::uint32_t{step})) -
                               step;
        const std::uint32_t odd = magnitude >> shift & 1U;
        const std::uint32_t normal = (magnitude + rebias + odd) >> shift;
        std::uint32_t out = magnitude < smallest_normal ? subnormal : normal;
        out = out > largest ? overflow : out;
        out = magnitude > fp32_infinity ? magnitude_mask : out;  // not a number
        return out | (bits >> 31 << (exponent_bits + mantissa_bits));
    }
};

using NarrowFp16 = NarrowFloat<5, 10, true>;
using NarrowE4m3 = NarrowFloat<4, 3, false>;
using NarrowE5m2 = NarrowFloat<5, 2, true>;

KOKKOS_FORCEINLINE_FUNCTION float to_float(float value) { return value; }
KOKKOS_FORCEINLINE_FUNCTION double to_float(double value) { return value; }
KOKKOS_FORCEINLINE_FUNCTION float to_float(std::int8_t value) { return static_cast<float>(value); }
KOKKOS_FORCEINLINE_FUNCTION float to_float(std::int32_t value) { return static_cast<float>(value); }
KOKKOS_FORCEINLINE_FUNCTION float to_float(Bf16 value) {
    return Kokkos::bit_cast<float>(static_cast<std::uint32_t>(value.bits) << 16);
}
KOKKOS_FORCEINLINE_FUNCTION float to_float(Fp16 value) { return NarrowFp16::widen(value.bits); }
KOKKOS_FORCEINLINE_FUNCTION float to_float(Fp8E4m3 value) { return NarrowE4m3::widen(value.bits); }
KOKKOS_FORCEINLINE_FUNCTION float to_float(Fp8E5m2 value) { return NarrowE5m2::widen(value.bits); }

/// The nearest element to a value; integers are rounded to the nearest and kept within the type's symmetric
/// range.
template <typename T, typename Value>
KOKKOS_FORCEINLINE_FUNCTION T from_float(Value value) {
    if constexpr (std::is_same_v<T, Bf16>) {
        const auto bits = Kokkos::bit_cast<std::uint32_t>(static_cast<float>(value));
        const std::uint32_t rounded = (bits + 0x7FFFU + (bits >> 16 & 1U)) >> 16;
        const bool is_nan = (bits & 0x7FFFFFFFU) > 0x7F800000U;
        return {static_cast<std::uint16_t>(is_nan ? 0x7FC0U : rounded)};
    } else if constexpr (std::is_same_v<T, Fp16>) {
        return {static_cast<std::uint16_t>(NarrowFp16::narrow(static_cast<float>(value)))};
    } else if constexpr (std::is_same_v<T, Fp8E4m3>) {
        return {static_cast<std::uint8_t>(NarrowE4m3::narrow(static_cast<float>(value)))};
    } else if constexpr (std::is_same_v<T, Fp8E5m2>) {
        return {static_cast<std::uint8_t>(NarrowE5m2::narrow(static_cast<float>(value)))};
    } else if constexpr (std::is_same_v<T, std::int8_t>) {
        return static_cast<T>(Kokkos::max(Value(-127), Kokkos::min(Value(127), Kokkos::nearbyint(value))));
    } else {
        return static_cast<T>(value);
    }
}

/// What arithmetic on elements of type T runs in: fp64 for fp64, fp32 for all others.
template <typename T>
using Compute = std::conditional_t<std::is_same_v<T, double>, double, float>;

/// Calls `f` with a zero element of the precision's storage type and gives what it gives. int4, which has no
/// type of its own, and int32 are not among them.
template <typename F>
auto with_element(Precision precision, const F& f) {
    switch (precision) {
        case Precision::fp64:
            return f(double{});
        case Precision::bf16:
            return f(Bf16{});
        case Precision::fp16:
            return f(Fp16{});
        case Precision::fp8_e4m3:
            return f(Fp8E4m3{});
        case Precision::fp8_e5m2:
            return f(Fp8E5m2{});
        case Precision::int8:
            return f(std::int8_t{});
        default:
            return f(float{});
    }
}

}  // namespace ridge::operators
