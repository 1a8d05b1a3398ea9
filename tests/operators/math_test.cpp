// SPDX-License-Identifier: Apache-2.0
// Functions of vectors against the C library's in fp64, over their range and at its ends.
#include "operators/math.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <vector>

namespace ridge::operators {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

template <typename C>
using Function = Vector<C> (*)(const Vector<C>&);

template <typename C>
double at(Function<C> function, double x) {
    C values[Vector<C>::size()];
    simd::simd_unchecked_store(function(Vector<C>(static_cast<C>(x))), values, simd::simd_flag_default);
    return values[0];
}

// Largest relative error over [low, high]; absolute where the value is below `least`.
template <typename C>
double worst_error(Function<C> function, const std::function<double(double)>& exact, double low, double high,
                   double least = 0.0) {
    constexpr int steps = 200003;
    double worst = 0;
    for (int i = 0; i <= steps; ++i) {
        const double x = static_cast<C>(low + (high - low) * i / steps);
        const double want = exact(x);
        if (want == 0.0) continue;
        worst = std::max(worst, std::abs(at(function, x) - want) / std::max(std::abs(want), least));
    }
    return worst;
}

double exp_exact(double x) { return std::exp(x); }
double logistic_exact(double x) { return 1.0 / (1.0 + std::exp(-x)); }
double tanh_exact(double x) { return std::tanh(x); }
double erf_exact(double x) { return std::erf(x); }

TEST(VectorMath, ExpIsRightToTheLastBits) {
    EXPECT_LT(worst_error<float>(math::exp, exp_exact, -87.0, 88.7), 0x1p-21);
    EXPECT_LT(worst_error<float>(math::exp, exp_exact, -1.0, 1.0), 0x1p-21);
    EXPECT_LT(worst_error<double>(math::exp, exp_exact, -708.0, 709.7), 0x1p-50);
    EXPECT_LT(worst_error<float>(math::exp<14>, exp_exact, -87.0, 88.7), 0x1p-11);
}

TEST(VectorMath, ExpEndsInZeroAndInfinity) {
    EXPECT_EQ(at<float>(math::exp, 0.0), 1.0);
    EXPECT_EQ(at<float>(math::exp, -infinity), 0.0);
    EXPECT_EQ(at<float>(math::exp, -1e4), 0.0);
    EXPECT_EQ(at<float>(math::exp, 1e4), infinity);
    EXPECT_EQ(at<double>(math::exp, -infinity), 0.0);
    EXPECT_EQ(at<double>(math::exp, infinity), infinity);
    EXPECT_TRUE(std::isnan(at<float>(math::exp, std::nan(""))));
    // Subnormal numbers.
    EXPECT_NEAR(at<float>(math::exp, -100.0), std::exp(-100.0), 0x1p-149);
}

TEST(VectorMath, PowersOfTwoAreRightToTheLastBits) {
    const auto exact = [](double x) { return std::exp2(x); };
    EXPECT_LT(worst_error<float>(math::exp2, exact, -126.0, 127.9), 0x1p-22);
    EXPECT_LT(worst_error<float>(math::exp2<14>, exact, -120.0, 127.0), 0x1p-11);
    EXPECT_LT(worst_error<double>(math::exp2, exact, -1000.0, 1000.0), 0x1p-50);
    EXPECT_EQ(at<float>(math::exp2, 0.0), 1.0);
    EXPECT_EQ(at<float>(math::exp2, -infinity), 0.0);
    EXPECT_EQ(at<float>(math::exp2, infinity), infinity);
    EXPECT_TRUE(std::isnan(at<float>(math::exp2, std::nan(""))));
}

TEST(VectorMath, ReciprocalOfEverything) {
    const auto exact = [](double x) { return 1.0 / x; };
    EXPECT_LT(worst_error<float>(math::reciprocal, exact, 0.5, 1e6), 0x1p-21);
    EXPECT_LT(worst_error<float>(math::reciprocal, exact, 1e30, 8e37), 0x1p-21);
    EXPECT_LT(worst_error<double>(math::reciprocal, exact, 0.5, 1e6), 0x1p-50);
    EXPECT_LT(worst_error<float>(math::reciprocal<14>, exact, 0.5, 1e6), 0x1p-11);
    EXPECT_EQ(at<float>(math::reciprocal, infinity), 0.0);
    EXPECT_EQ(at<float>(math::reciprocal, 0.0), infinity);
    EXPECT_EQ(at<double>(math::reciprocal, -infinity), 0.0);
    EXPECT_TRUE(std::isnan(at<float>(math::reciprocal, std::nan(""))));
}

TEST(VectorMath, LogisticIsRightToTheLastBits) {
    EXPECT_LT(worst_error<float>(math::logistic, logistic_exact, -80.0, 100.0), 0x1p-21);
    EXPECT_LT(worst_error<double>(math::logistic, logistic_exact, -700.0, 100.0), 0x1p-50);
    EXPECT_LT(worst_error<float>(math::logistic<14>, logistic_exact, -80.0, 100.0), 0x1p-11);
    EXPECT_EQ(at<float>(math::logistic, -200.0), 0.0);
    EXPECT_EQ(at<float>(math::logistic, infinity), 1.0);
}

TEST(VectorMath, TanhIsRightToTheLastBitsAroundZeroToo) {
    for (const double most : {30.0, 1.0, 1e-3, 1e-30}) {
        EXPECT_LT(worst_error<float>(math::tanh, tanh_exact, -most, most), 0x1p-21) << most;
        EXPECT_LT(worst_error<double>(math::tanh, tanh_exact, -most, most), 0x1p-50) << most;
        EXPECT_LT(worst_error<float>(math::tanh<14>, tanh_exact, -most, most), 0x1p-11) << most;
    }
    EXPECT_EQ(at<float>(math::tanh, infinity), 1.0);
    EXPECT_EQ(at<float>(math::tanh, -infinity), -1.0);
}

TEST(VectorMath, ErfIsRightToTheLastBits) {
    for (const double most : {10.0, 1.0, 1e-3}) {
        EXPECT_LT(worst_error<float>(math::erf, erf_exact, -most, most), 0x1p-21) << most;
        EXPECT_LT(worst_error<double>(math::erf, erf_exact, -most, most), 0x1p-50) << most;
        EXPECT_LT(worst_error<float>(math::erf<14>, erf_exact, -most, most), 0x1p-11) << most;
    }
    EXPECT_EQ(at<float>(math::erf, 0.0), 0.0);
}

TEST(VectorMath, ErrorOfAFunctionBelongsToItsPrecision) {
    EXPECT_EQ(math::bits_for<Bf16>, 14);
    EXPECT_EQ(math::bits_for<Fp16>, 24);
    EXPECT_EQ(math::bits_for<double>, 53);
    EXPECT_EQ(math::function_error(Precision::bf16), 0x1p-11);
    EXPECT_EQ(math::function_error(Precision::fp16), 0x1p-21);
}

}  // namespace
}  // namespace ridge::operators
