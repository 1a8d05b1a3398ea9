// SPDX-License-Identifier: Apache-2.0
#include "cost_model/kernel/yardsticks.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.hpp"
#include "cost_model/kernel/gradient_boosting.hpp"

namespace ridge::cost_model {
namespace {

TEST(BoostedTrees, OfOneSplitByHand) {
    // Two levels of a step: one tree of depth 1 with rate 1 gives the means of both sides.
    const Table rows{.columns = 2, .values = {1, 7, 2, 7, 3, 7, 4, 7}};
    const auto trees = BoostedTrees::fit(rows, {10, 12, 20, 24},
                                         {.trees = 1, .depth = 1, .learning_rate = 1, .least_leaf = 1});
    EXPECT_DOUBLE_EQ(trees.predict(std::vector<double>{0, 7}), 11);
    EXPECT_DOUBLE_EQ(trees.predict(std::vector<double>{2.4, 7}), 11);
    EXPECT_DOUBLE_EQ(trees.predict(std::vector<double>{2.6, 7}), 22);
    EXPECT_DOUBLE_EQ(trees.predict(std::vector<double>{9, 0}), 22);
}

TEST(BoostedTrees, SplitTheColumnThatTells) {
    // The second column decides; the first is noise.
    const Table rows{.columns = 2, .values = {5, 0, 1, 0, 4, 1, 2, 1}};
    const auto trees =
        BoostedTrees::fit(rows, {0, 0, 8, 8}, {.trees = 1, .depth = 3, .learning_rate = 1, .least_leaf = 1});
    EXPECT_DOUBLE_EQ(trees.predict(std::vector<double>{9, 0.4}), 0);
    EXPECT_DOUBLE_EQ(trees.predict(std::vector<double>{0, 0.6}), 8);
}

TEST(BoostedTrees, LearnAnInteraction) {
    Table rows{.columns = 2, .values = {}};
    std::vector<double> targets;
    for (int i = 0; i < 20; ++i)
        for (int j = 0; j < 20; ++j) {
            rows.values.insert(rows.values.end(), {i / 20.0, j / 20.0});
            targets.push_back(i < 10 && j < 10 ? 1.0 : -1.0);
        }
    const auto trees = BoostedTrees::fit(rows, targets, {.trees = 50, .depth = 3, .learning_rate = 0.3});
    EXPECT_NEAR(trees.predict(std::vector<double>{0.1, 0.1}), 1, 0.1);
    EXPECT_NEAR(trees.predict(std::vector<double>{0.9, 0.1}), -1, 0.1);
}

TEST(BoostedTrees, KeepLeavesOfAtLeastSoManyRows) {
    const Table rows{.columns = 1, .values = {1, 2, 3, 4}};
    const auto trees =
        BoostedTrees::fit(rows, {0, 0, 0, 9}, {.trees = 1, .depth = 5, .learning_rate = 1, .least_leaf = 2});
    EXPECT_DOUBLE_EQ(trees.predict(std::vector<double>{4}), 4.5);
}

TEST(BoostedTrees, RefuseRowsWithoutTargets) {
    EXPECT_THROW((void)BoostedTrees::fit({.columns = 1, .values = {1, 2}}, {1}), InputError);
    EXPECT_THROW((void)BoostedTrees::fit({}, {}), InputError);
}

// t0 = 5 us, 40 % of the roofline, on a grid of two dimensions.
YardstickRows planted() {
    YardstickRows rows;
    for (int i = 0; i < 12; ++i)
        for (int j = 0; j < 12; ++j) {
            const double roofline = 1e-7 * std::exp2(i) * std::exp2(0.5 * j);
            rows.push_back({5e-6 + roofline / 0.4, roofline, {1.0 * i, 1.0 * j}, {1.0 * i, 1.0 * j}});
        }
    return rows;
}

TEST(Yardsticks, FindPlantedConstants) {
    const auto constants = fit_two_constants(planted());
    EXPECT_NEAR(constants.t0_s, 5e-6, 0.02 * 5e-6);
    EXPECT_NEAR(constants.efficiency, 0.4, 0.02 * 0.4);
}

TEST(Yardsticks, AreNotMovedByAFewWildRows) {
    auto rows = planted();
    for (std::size_t i = 0; i < rows.size(); i += 10) rows[i].seconds *= 20;
    const auto constants = fit_two_constants(rows);
    EXPECT_NEAR(constants.t0_s, 5e-6, 0.05 * 5e-6);
    EXPECT_NEAR(constants.efficiency, 0.4, 0.05 * 0.4);
}

TEST(Yardsticks, PredictRowsTheyHaveNotSeen) {
    YardstickRows seen, asked;
    for (std::size_t i = 0; const auto& row : planted()) (i++ % 5 == 1 ? asked : seen).push_back(row);
    const std::array<double, 4> worst = {20.0, 0.02, 0.08, 0.6};  // of |log(predicted / measured)|
    for (std::size_t i = 0; i < yardsticks.size(); ++i) {
        const auto seconds = yardsticks[i].seconds(seen, asked);
        ASSERT_EQ(seconds.size(), asked.size());
        double mean = 0;
        for (std::size_t row = 0; row < asked.size(); ++row) {
            EXPECT_LT(std::abs(std::log(seconds[row] / asked[row].seconds)), worst[i]) << yardsticks[i].name;
            mean += std::abs(std::log(seconds[row] / asked[row].seconds)) / static_cast<double>(asked.size());
        }
        // The roofline is a factor of 2.5 and t0 off.
        EXPECT_EQ(mean<0.12, i> 0) << yardsticks[i].name << " " << mean;
    }
}

TEST(Yardsticks, KnowOnlyTheRooflineWithoutRows) {
    const auto asked = planted();
    for (const auto& yardstick : yardsticks)
        EXPECT_DOUBLE_EQ(yardstick.seconds({}, asked).at(3), asked[3].roofline_s) << yardstick.name;
}

TEST(Yardsticks, TakeDimensionsTermsAndAxesOfACall) {
    const auto call = OperatorCall::parse("softmax rows=8 n=1024 x=fp32");
    CallFeatures features;
    features.ceilings.add({"DRAM", 0.25});
    features.latencies.add({"launch", 1});
    features.axes.add({"bytes", 3.5});
    const auto row = yardstick_row(call, features, 2e-6, 1e-6);
    EXPECT_EQ(row.dimensions, (std::vector<double>{3, 10}));
    EXPECT_EQ(row.features, (std::vector<double>{-2, 0, 3.5}));
    EXPECT_EQ(row.seconds, 2e-6);
}

}  // namespace
}  // namespace ridge::cost_model
