// SPDX-License-Identifier: Apache-2.0
// Conversions against definitions in fp64: every narrow number, and the rounding of values between them.
#include "operators/element.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "operators/gemm/dot_fp8.hpp"

namespace ridge::operators {
namespace {

// Value of a finite number of a format by its definition.
double defined_value(unsigned bits, int exponent_bits, int mantissa_bits) {
    const int bias = (1 << (exponent_bits - 1)) - 1;
    const unsigned mantissa = bits & ((1U << mantissa_bits) - 1);
    const unsigned exponent = bits >> mantissa_bits & ((1U << exponent_bits) - 1);
    const double sign = bits >> (exponent_bits + mantissa_bits) & 1U ? -1.0 : 1.0;
    const double fraction = std::ldexp(mantissa, -mantissa_bits) + (exponent > 0 ? 1.0 : 0.0);
    return sign * std::ldexp(fraction, static_cast<int>(std::max(exponent, 1U)) - bias);
}

template <typename T>
struct Format;
template <>
struct Format<Fp16> {
    static constexpr int exponent = 5, mantissa = 10;
    static constexpr unsigned finite = 0x7C00;  // magnitudes below it
};
template <>
struct Format<Fp8E4m3> {
    static constexpr int exponent = 4, mantissa = 3;
    static constexpr unsigned finite = 0x7F;
};
template <>
struct Format<Fp8E5m2> {
    static constexpr int exponent = 5, mantissa = 2;
    static constexpr unsigned finite = 0x7C;
};
template <>
struct Format<Bf16> {
    static constexpr int exponent = 8, mantissa = 7;
    static constexpr unsigned finite = 0x7F80;
};

template <typename T>
T element(unsigned bits) {
    return {static_cast<decltype(T::bits)>(bits)};
}

template <typename T>
class Narrow : public ::testing::Test {};
using NarrowTypes = ::testing::Types<Fp16, Fp8E4m3, Fp8E5m2, Bf16>;
TYPED_TEST_SUITE(Narrow, NarrowTypes);

TYPED_TEST(Narrow, EveryFiniteNumberIsWidenedExactlyAndComesBack) {
    using F = Format<TypeParam>;
    const unsigned sign = 1U << (F::exponent + F::mantissa);
    for (unsigned magnitude = 0; magnitude < F::finite; ++magnitude)
        for (const unsigned bits : {magnitude, magnitude | sign}) {
            const float value = to_float(element<TypeParam>(bits));
            ASSERT_EQ(static_cast<double>(value), defined_value(bits, F::exponent, F::mantissa)) << bits;
            ASSERT_EQ(from_float<TypeParam>(value).bits, bits);
        }
}

TYPED_TEST(Narrow, ValuesBetweenRoundToTheNearestEven) {
    using F = Format<TypeParam>;
    for (unsigned low = 0; low + 1 < F::finite; ++low) {
        const double below = defined_value(low, F::exponent, F::mantissa);
        const double above = defined_value(low + 1, F::exponent, F::mantissa);
        const double middle = (below + above) / 2;
        if (middle < 0x1p-126) continue;  // denormal numbers of fp32
        const auto rounded = [](double value) {
            return static_cast<unsigned>(from_float<TypeParam>(static_cast<float>(value)).bits);
        };
        ASSERT_EQ(rounded(middle), low % 2 == 0 ? low : low + 1) << low;
        ASSERT_EQ(rounded(std::nextafter(static_cast<float>(middle), 0.0F)), low);
        ASSERT_EQ(rounded(std::nextafter(static_cast<float>(middle), std::numeric_limits<float>::max())),
                  low + 1);
    }
}

TYPED_TEST(Narrow, NotANumberStaysOne) {
    const auto nan = from_float<TypeParam>(std::numeric_limits<float>::quiet_NaN());
    EXPECT_TRUE(std::isnan(to_float(nan)));
    EXPECT_TRUE(std::isnan(to_float(element<TypeParam>(~0U))));
}

TEST(Narrow, OverflowIsInfiniteAndSaturatesInE4m3) {
    EXPECT_TRUE(std::isinf(to_float(from_float<Fp16>(1e6F))));
    EXPECT_TRUE(std::isinf(to_float(from_float<Fp8E5m2>(-1e6F))));
    EXPECT_EQ(to_float(from_float<Fp8E4m3>(1e6F)), 448.0F);
    EXPECT_EQ(to_float(from_float<Fp8E4m3>(-std::numeric_limits<float>::infinity())), -448.0F);
}

template <typename T>
void expect_magnitudes_in_bf16() {
    for (unsigned bits = 0; bits < 128; ++bits) {
        const float value = to_float(T{static_cast<std::uint8_t>(bits)});
        const float found = to_float(Bf16{magnitude_in_bf16<T>(bits)});
        if (std::isnan(value))
            EXPECT_TRUE(std::isnan(found)) << bits;
        else
            EXPECT_EQ(found, value) << bits;
    }
}

TEST(Narrow, EveryFp8NumberIsABf16Number) {
    expect_magnitudes_in_bf16<Fp8E4m3>();
    expect_magnitudes_in_bf16<Fp8E5m2>();
}

#if defined(RIDGE_HAS_FP8_PAIRS)
template <typename T>
void expect_fp8_looked_up() {
    for (unsigned first = 0; first < 256; first += 32) {
        std::uint8_t bits[32];
        Bf16 found[32];
        for (unsigned i = 0; i < 32; ++i) bits[i] = static_cast<std::uint8_t>(first + i);
        _mm512_storeu_si512(found,
                            fp8_in_bf16<T>(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(bits))));
        for (unsigned i = 0; i < 32; ++i) {
            const float value = to_float(T{bits[i]});
            EXPECT_TRUE(to_float(found[i]) == value || (std::isnan(value) && std::isnan(to_float(found[i]))))
                << first + i;
            EXPECT_EQ(std::signbit(to_float(found[i])), std::signbit(value)) << first + i;
            const auto pair = static_cast<std::uint32_t>(
                DotFp8Pairs<T>::activation(static_cast<std::uint16_t>(bits[i] << 8 | bits[31 - i])));
            EXPECT_EQ(pair, static_cast<std::uint32_t>(found[i].bits) << 16 | found[31 - i].bits)
                << first + i;
        }
    }
}

TEST(Narrow, EveryFp8NumberIsLookedUp) {
    expect_fp8_looked_up<Fp8E4m3>();
    expect_fp8_looked_up<Fp8E5m2>();
}
#endif

TEST(Integers, AreRoundedAndKeptInTheSymmetricRange) {
    EXPECT_EQ(from_float<std::int8_t>(2.5F), 2);
    EXPECT_EQ(from_float<std::int8_t>(-3.6F), -4);
    EXPECT_EQ(from_float<std::int8_t>(1000.0F), 127);
    EXPECT_EQ(from_float<std::int8_t>(-1000.0F), -127);
}

}  // namespace
}  // namespace ridge::operators
