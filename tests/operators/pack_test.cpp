// SPDX-License-Identifier: Apache-2.0
// Vectors of elements against the conversion of single ones (element_test.cpp).
#include "operators/pack.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "operators/formats/narrow_line.hpp"

namespace ridge::operators {
namespace {

template <typename T>
class Pack : public ::testing::Test {};
using Types = ::testing::Types<Bf16, Fp16, Fp8E4m3, Fp8E5m2, std::int8_t, float>;
TYPED_TEST_SUITE(Pack, Types);

template <typename T>
std::vector<float> loaded(const T* from) {
    std::vector<float> values(static_cast<std::size_t>(lanes_of<T>));
    simd::simd_unchecked_store(load_pack(from), values.data(), simd::simd_flag_default);
    return values;
}

bool same(float a, float b) { return a == b || (std::isnan(a) && std::isnan(b)); }

TYPED_TEST(Pack, LoadsEveryElementAsItIs) {
    constexpr std::size_t count = sizeof(TypeParam) == 1 ? 256 : 65536;
    std::vector<TypeParam> elements(count + 64);
    for (std::size_t i = 0; i < count; ++i) {
        const auto bits = static_cast<std::uint32_t>(sizeof(TypeParam) == 4 ? i << 15 : i);
        std::memcpy(&elements[i], &bits, sizeof(TypeParam));
    }
    for (std::size_t i = 0; i < count; i += static_cast<std::size_t>(lanes_of<TypeParam>)) {
        const auto values = loaded(&elements[i]);
        for (std::size_t lane = 0; lane < values.size(); ++lane)
            ASSERT_TRUE(same(values[lane], to_float(elements[i + lane]))) << i + lane;
    }
}

// All exponents of fp32 with random mantissas, but for denormal numbers, which may become zero.
std::vector<float> wanted_values(bool with_nan) {
    std::mt19937 random(7);
    std::vector<float> values;
    for (std::uint32_t i = 0; i < 200000; ++i) {
        const auto bits = static_cast<std::uint32_t>((random() & 0x807FFFFFU) | (1 + random() % 254) << 23);
        values.push_back(Kokkos::bit_cast<float>(bits));
        values.push_back(std::ldexp(values.back(), -std::ilogb(values.back())) * 4.0F);
        values.push_back(std::round(values.back() * 16.0F) / 2.0F);  // halfway between integers, too
    }
    const float infinity = std::numeric_limits<float>::infinity();
    values.insert(values.end(), {0.0F, -0.0F, 448.0F, 464.0F, 65504.0F, 65520.0F, 127.5F, -128.0F});
    if (with_nan) values.insert(values.end(), {infinity, -infinity, std::nanf(""), -std::nanf("")});
    values.resize((values.size() + 63) / 64 * 64);
    return values;
}

template <typename T, typename Store>
void expect_rounded(const Store& store) {
    constexpr auto width = static_cast<std::size_t>(lanes_of<T>);
    const auto values = wanted_values(!std::is_same_v<T, std::int8_t>);
    alignas(64) T stored[width];
    for (std::size_t i = 0; i < values.size(); i += width) {
        store(stored, load(&values[i]));
        for (std::size_t lane = 0; lane < width; ++lane) {
            const float value = values[i + lane], got = to_float(stored[lane]);
            const float want = to_float(from_float<T>(value));
            const bool denormal = std::fpclassify(want) == FP_SUBNORMAL && got == 0.0F;
            ASSERT_TRUE(same(got, want) || denormal) << value << ": " << got << ", should be " << want;
        }
    }
}

TYPED_TEST(Pack, StoresTheNearestElement) {
    expect_rounded<TypeParam>([](TypeParam* to, const auto& value) { store_pack(to, value); });
}

TYPED_TEST(Pack, StoresTheSamePastTheCaches) {
    expect_rounded<TypeParam>([](TypeParam* to, const auto& value) {
        store_past_caches(to, value);
        drain_stores();
    });
}

TYPED_TEST(Pack, PartsLeaveTheRestAlone) {
    constexpr auto width = static_cast<std::size_t>(lanes_of<TypeParam>);
    TypeParam stored[width + 1] = {};
    store_part(stored, load_part(stored, 0, 3.0F), static_cast<int>(width) - 1);
    EXPECT_EQ(to_float(stored[width - 1]), 0.0F);
    EXPECT_EQ(to_float(stored[0]), width > 1 ? 3.0F : 0.0F);
}

TEST(Lanes, SumAndLargest) {
    float values[static_cast<std::size_t>(lanes)];
    float sum = 0;
    for (int i = 0; i < lanes; ++i) sum += values[i] = static_cast<float>((i * 7) % 16);
    EXPECT_EQ(sum_lanes(load(values)), sum);
    EXPECT_EQ(max_lanes(load(values)), lanes == 16 ? 15.0F : static_cast<float>(std::min(lanes - 1, 2) * 7));
}

#if defined(RIDGE_HAS_FP8_LOOK_UP)
// Every bf16 number, 64 neighbours at a time; lines with one that is not finite go another way.
template <typename Narrow>
void expect_lines_narrow() {
    int lines = 0;
    for (std::uint32_t first = 0; first < 0x10000; first += 64) {
        Bf16 from[64];
        for (std::uint32_t i = 0; i < 64; ++i) from[i].bits = static_cast<std::uint16_t>(first + i);
        __m512i line;
        const bool finite = narrow_line<Narrow>(from, line);
        EXPECT_EQ(finite, (first & 0x7F80U) < 0x7F80U);
        if (!finite) continue;
        std::uint8_t out[64];
        _mm512_storeu_si512(out, line);
        for (int i = 0; i < 64; ++i) ASSERT_EQ(out[i], Narrow::narrow(to_float(from[i]))) << from[i].bits;
        ++lines;
    }
    EXPECT_EQ(lines, 0x10000 / 64 - 4);
}

TEST(NarrowLine, OfBf16IsTheNearestE4m3) { expect_lines_narrow<NarrowE4m3>(); }
TEST(NarrowLine, OfBf16IsTheNearestE5m2) { expect_lines_narrow<NarrowE5m2>(); }
#endif

}  // namespace
}  // namespace ridge::operators
