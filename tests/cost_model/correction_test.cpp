// SPDX-License-Identifier: Apache-2.0
#include "cost_model/kernel/correction.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "core/error.hpp"
#include "cost_model/kernel/interval_table.hpp"

namespace ridge::cost_model {
namespace {

// Nodes on a line at 0, 1, … with residual f(x) and hardly any noise.
Correction on_a_line(int count, double (*f)(double), double length = 4) {
    std::vector<CorrectionNode> nodes;
    for (int x = 0; x < count; ++x)
        nodes.push_back({.axes = {static_cast<double>(x)}, .residual = f(x), .noise = 1e-4, .site = 0});
    return {{"x"}, {length}, nodes};
}

double at(const Correction& correction, double x) { return correction.at(std::vector{x}).residual; }

TEST(Correction, ReturnsTheResidualAtANodeAndHalfWayBetweenTwo) {
    const auto correction = on_a_line(30, [](double x) { return 0.1 * x; });
    EXPECT_NEAR(at(correction, 7), 0.7, 1e-3);
    EXPECT_NEAR(at(correction, 7.5), 0.75, 1e-2);
}

// An Ornstein-Uhlenbeck process between two neighbours depends on them alone: the bridge
// (sinh(d2)·f1 + sinh(d1)·f2) / sinh(d1 + d2), distances in lengths.
TEST(Correction, IsTheBridgeOfTheProcessBetweenNeighbours) {
    const auto correction = on_a_line(
        2, [](double x) { return x > 0 ? 0.5 : -0.5; }, 0.7);
    const double x = 0.3, length = 0.7;
    const double expected =
        (-0.5 * std::sinh((1 - x) / length) + 0.5 * std::sinh(x / length)) / std::sinh(1 / length);
    EXPECT_NEAR(at(correction, x), expected, 2e-3);
}

TEST(Correction, ReturnsToTheMedianFarAway) {
    const auto correction = on_a_line(5, [](double x) { return x < 4 ? 0.2 : 0.9; });
    const auto far = correction.at(std::vector{1000.0});
    EXPECT_NEAR(far.residual, 0.2, 1e-3);
    EXPECT_NEAR(far.variance, 1.0, 1e-6);
    EXPECT_NEAR(far.octaves, 996, 1e-2);
    EXPECT_LT(correction.at(std::vector{2.0}).variance, 0.01);
}

TEST(Correction, WithAllWeightsAgreesWithTheNeighbours) {
    auto correction = on_a_line(20, [](double x) { return std::sin(x); });
    const double by_neighbours = at(correction, 4.4), far = at(correction, 60);
    correction.solve();
    EXPECT_NEAR(at(correction, 4.4), by_neighbours, 2e-3);
    EXPECT_NEAR(correction.residual_at(std::vector{4.4}), at(correction, 4.4), 1e-6);
    EXPECT_NEAR(at(correction, 60), far, 2e-3);
    const Json written = correction.json();
    EXPECT_EQ(Correction::from_json(JsonReader(written, "model")), correction);
}

// Sums run over blocks of 80 nodes: below one, whole ones, and a rest; of powers, or of exponentials where
// powers of the distance in lengths would leave the range of a float. Every node's residual comes back, and
// far from all of them the median.
TEST(Correction, WithAllWeightsCountsEveryNodeOnce) {
    for (const int count : {5, 80, 150, 160})
        for (const double length : {0.5, 2.5, 4.0}) {
            auto correction = on_a_line(
                count, [](double x) { return std::sin(x); }, length);
            correction.solve();
            for (int x = 0; x < count; ++x)
                ASSERT_NEAR(correction.residual_at(std::vector{static_cast<double>(x)}), std::sin(x), 3e-3)
                    << x << " of " << count << " with lengths of " << length;
            const double median = correction.at(std::vector{1e6}).residual;
            EXPECT_LT(std::abs(median), 1.0);
            for (const double far : {-1e6, 1e3, 1e6})
                EXPECT_NEAR(correction.residual_at(std::vector{far}), median, 1e-6) << far;
        }
}

TEST(Correction, LeavesOutWhatItIsToldTo) {
    const auto correction = on_a_line(9, [](double x) { return x == 4 ? 1.0 : 0.0; });
    EXPECT_NEAR(correction.at_node(4, {}).residual, 1.0, 1e-2);
    EXPECT_NEAR(correction.at_node(4, {.node = 4}).residual, 0.0, 1e-2);
    const std::vector<std::uint64_t> sites = {1, 1, 1, 2, 2, 2, 3, 3, 3};
    EXPECT_EQ(correction.at_node(5, {.node = 5, .sites = &sites}).nearest, 6U);
}

TEST(Correction, ReadsBackWhatItWrote) {
    const auto correction = on_a_line(12, [](double x) { return std::sin(x); });
    const Json written = correction.json();
    const auto read = Correction::from_json(JsonReader(written, "model"));
    EXPECT_EQ(read, correction);
    EXPECT_EQ(read.json(), written);
    EXPECT_EQ(at(read, 3.3), at(correction, 3.3));
}

TEST(Correction, RefusesWhatDoesNotFitTogether) {
    EXPECT_THROW(Correction({"x"}, {1, 2}, {}), InputError);
    EXPECT_THROW((void)on_a_line(3, [](double) { return 0.0; }).at(std::vector{1.0, 2.0}), InputError);
    Json broken = on_a_line(3, [](double x) { return x; }).json();
    broken["residuals"]["words"] = "a%b";
    EXPECT_THROW((void)Correction::from_json(JsonReader(broken, "model")), InputError);
    Json short_column = on_a_line(3, [](double x) { return x; }).json();
    short_column["noise"] = PackedColumn({1.0, 2.0}).json();
    EXPECT_THROW((void)Correction::from_json(JsonReader(short_column, "model")), InputError);
}

TEST(PackedColumn, KeepsNumbersWithinItsStep) {
    std::vector<double> values;
    for (int i = 0; i < 1000; ++i) values.push_back(std::sin(i) * 5);
    const PackedColumn column(values);
    const auto read = PackedColumn::from_json(JsonReader(Json(column.json()), "column"));
    ASSERT_EQ(read.size(), values.size());
    for (std::size_t i = 0; i < values.size(); ++i) EXPECT_NEAR(read[i], values[i], 10.0 / 65535 / 2 * 1.01);
    EXPECT_EQ(PackedColumn({3.5, 3.5})[1], 3.5);
    EXPECT_THROW(PackedColumn({1.0, std::nan("")}), InputError);
}

// Errors that grow with the variance: each range gets its own width, and 80 % of fresh draws are inside.
TEST(IntervalTable, HoldsItsShareInEveryRange) {
    std::mt19937_64 generator(3);
    std::normal_distribution<double> normal;
    std::uniform_real_distribution<double> uniform(0.0, 1.0);
    const auto draw = [&](double variance) {
        return CrossValidated{variance, std::abs(normal(generator)) * (0.01 + 0.2 * variance)};
    };
    std::vector<CrossValidated> errors;
    for (int i = 0; i < 800; ++i) errors.push_back(draw(uniform(generator)));
    const IntervalTable table(errors);
    for (const double least : {0.0, 0.25, 0.5, 0.75}) {
        int inside = 0;
        for (int i = 0; i < 4000; ++i) {
            const auto fresh = draw(least + 0.25 * uniform(generator));
            inside += fresh.log_error <= table.at(fresh.variance)->of_80 ? 1 : 0;
        }
        EXPECT_NEAR(inside / 4000.0, 0.8, 0.07) << least;
    }
    EXPECT_GT(table.at(0.9)->of_80, table.at(0.1)->of_80);
    EXPECT_GE(table.at(2.0)->of_80, table.at(1.0)->of_80);
    EXPECT_GE(table.at(0.5)->of_95, table.at(0.5)->of_80);
}

// Left-out errors of groups that borrow are all equally far: all of them speak, not those that stand first.
TEST(IntervalTable, TakesAllErrorsOfOneVarianceTogether) {
    std::vector<CrossValidated> errors;
    for (int i = 1; i <= 200; ++i) errors.push_back({.variance = 1, .log_error = i / 200.0});
    const IntervalTable table(errors);
    EXPECT_NEAR(table.at(1)->of_80, 0.8, 0.01);
    EXPECT_NEAR(table.at(0.5)->of_95, 0.95, 0.01);
    errors.push_back({.variance = 0, .log_error = 2});
    EXPECT_NEAR(IntervalTable(errors).at(1)->of_80, 0.8, 0.02);
}

TEST(IntervalTable, IsEmptyWithTooFewErrors) {
    EXPECT_TRUE(IntervalTable(std::vector<CrossValidated>(11)).empty());
    EXPECT_FALSE(IntervalTable(std::vector<CrossValidated>(11)).at(0).has_value());
    EXPECT_FALSE(IntervalTable(std::vector<CrossValidated>(12)).empty());
}

// n = 9 at 80 %: the ceil(10 · 0.8) = 8th smallest.
TEST(ConformalQuantile, IsTheOrderStatisticWithTheCorrection) {
    EXPECT_EQ(conformal_quantile({9, 8, 7, 6, 5, 4, 3, 2, 1}, 0.8), 8);
    EXPECT_FALSE(conformal_quantile({1, 2, 3}, 0.8).has_value());
}

}  // namespace
}  // namespace ridge::cost_model
