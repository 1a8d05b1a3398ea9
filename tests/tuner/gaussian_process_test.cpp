// SPDX-License-Identifier: Apache-2.0
#include "tuner/surrogate/gaussian_process.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "tuner/random.hpp"

namespace ridge::tuner {
namespace {

Points random_points(Eigen::Index rows, Eigen::Index columns, std::uint64_t seed) {
    Random random(seed);
    Points out(rows, columns);
    for (auto& one : out.reshaped()) one = static_cast<float>(below(random, 1000)) / 1000.0F;
    return out;
}

KernelScales scales_of(Eigen::Index columns, float length, double noise) {
    return {.length = Eigen::VectorXf::Constant(columns, length), .noise = noise};
}

double matern(const Eigen::RowVectorXf& a, const Eigen::RowVectorXf& b, double length) {
    const double r = std::sqrt(5.0) * static_cast<double>((a - b).norm()) / length;
    return (1 + r + r * r / 3) * std::exp(-r);
}

// Mean and variance by the textbook formula (Rasmussen and Williams 2006, 2.25 and 2.26), in fp64.
TEST(GaussianProcess, EqualsTheTextbookFormula) {
    const auto observed = random_points(20, 3, 1), candidates = random_points(30, 3, 2);
    const auto scales = scales_of(3, 0.6F, 1e-2);
    GaussianProcess process(candidates, scales, 20);
    Eigen::VectorXd values(20);
    Eigen::MatrixXd covariance(20, 20);
    for (Eigen::Index i = 0; i < 20; ++i) {
        values[i] = std::sin(5 * static_cast<double>(observed(i, 0)));
        process.observe(observed.row(i), values[i]);
        for (Eigen::Index j = 0; j < 20; ++j)
            covariance(i, j) = matern(observed.row(i), observed.row(j), 0.6) + (i == j ? 1e-2 : 0);
    }
    const Eigen::MatrixXd inverse = covariance.inverse();
    for (Eigen::Index c = 0; c < 30; ++c) {
        Eigen::VectorXd k(20);
        for (Eigen::Index i = 0; i < 20; ++i) k[i] = matern(observed.row(i), candidates.row(c), 0.6);
        EXPECT_NEAR(process.mean()[c], k.dot(inverse * values), 2e-4);
        EXPECT_NEAR(process.variance()[c], 1 - k.dot(inverse * k), 2e-4);
    }
    EXPECT_NEAR(process.amplitude(), values.dot(inverse * values) / 20, 1e-6);
}

// Two parameters, the second of two coordinates: half of the covariance is the mean of the parameters' own.
TEST(GaussianProcess, AnAdditiveShareIsTheMeanOverParameters) {
    auto scales = scales_of(3, 0.6F, 1e-3);
    scales.additive = 0.5;
    scales.parameter = {0, 1, 1};
    const auto points = random_points(5, 3, 6), other = random_points(1, 3, 7);
    const auto found = covariances(points, other, scales);
    for (Eigen::Index i = 0; i < 5; ++i) {
        const Eigen::RowVectorXf a = points.row(i), b = other.row(0);
        const double own = (matern(a.head(1), b.head(1), 0.6) + matern(a.tail(2), b.tail(2), 0.6)) / 2;
        EXPECT_NEAR(found[i], (matern(a, b, 0.6) + own) / 2, 1e-5);
    }
}

TEST(GaussianProcess, WithoutObservationsKnowsNothing) {
    const GaussianProcess process(random_points(4, 2, 3), scales_of(2, 0.5F, 1e-3), 8);
    EXPECT_EQ(process.mean(), Eigen::VectorXf::Zero(4));
    EXPECT_EQ(process.variance(), Eigen::VectorXf::Ones(4));
}

// A function of the first coordinate alone: the fit must see that the second one does not matter.
TEST(FitScales, FindsTheCoordinateThatMatters) {
    const auto points = random_points(60, 2, 4);
    Eigen::VectorXd values(60);
    for (Eigen::Index i = 0; i < 60; ++i) values[i] = std::sin(8 * static_cast<double>(points(i, 0)));
    values.array() -= values.mean();
    values /= std::sqrt(values.squaredNorm() / 60);
    const auto fitted = fit_scales(points, values, scales_of(2, 0.5F, 1e-3), {0, 1});
    EXPECT_GT(fitted.length[1], 3 * fitted.length[0]);
    EXPECT_LT(fitted.noise, 1e-2);
}

TEST(FitScales, CoordinatesOfOneParameterShareALength) {
    const auto points = random_points(30, 3, 5);
    const Eigen::VectorXd values = points.col(0).cast<double>();
    const auto fitted = fit_scales(points, values, scales_of(3, 0.5F, 1e-3), {0, 1, 1});
    EXPECT_EQ(fitted.length[1], fitted.length[2]);
}

}  // namespace
}  // namespace ridge::tuner
