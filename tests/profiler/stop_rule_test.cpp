// SPDX-License-Identifier: Apache-2.0
#include "profiler/stop_rule.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace ridge::profiler {
namespace {

protocol::Budget budget_of(double target, double time_s, std::int64_t least, std::int64_t most) {
    protocol::Budget budget;
    budget.target = target;
    budget.max_time_s = time_s;
    budget.min_samples = least;
    budget.max_samples = most;
    return budget;
}

// Six samples: the interval is the whole range (2 · 2^-6 = 3.1 % lies outside), the median 1.0 here.
const std::vector<double> six = {0.99, 1.0, 1.0, 1.0, 1.0, 1.02};

TEST(StopRule, IntervalIsTheFartherEndOverTheMedian) {
    EXPECT_TRUE(interval_reached(six, 0.0201));
    EXPECT_FALSE(interval_reached(six, 0.0199));
}

TEST(StopRule, FewerThanSixSamplesHaveNoInterval) {
    const std::vector<double> same(5, 1.0);
    EXPECT_FALSE(interval_reached(same, 0.5));
    EXPECT_FALSE(interval_reached({}, 0.5));
}

// Nine samples: the second lowest and second highest bound the median (Conover 1999, table A3 for n = 9).
TEST(StopRule, OneOutlierAtEachEndDoesNotCountFromNineSamplesOn) {
    const std::vector<double> nine = {0.1, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 9.0};
    EXPECT_TRUE(interval_reached(nine, 0.001));
}

TEST(StopRule, ReasonsInTheirOrder) {
    EXPECT_EQ(decide({}, 100, budget_of(0.05, 1, 1, 10)), Stop::go_on);
    EXPECT_EQ(decide(six, 0.5, budget_of(0.05, 1, 6, 10)), Stop::interval);
    EXPECT_EQ(decide(six, 0.5, budget_of(0.05, 1, 7, 10)), Stop::go_on);
    EXPECT_EQ(decide(six, 0.5, budget_of(0.001, 1, 6, 6)), Stop::count);
    EXPECT_EQ(decide(six, 1.0, budget_of(0.001, 1, 7, 10)), Stop::budget);
    EXPECT_EQ(decide(six, 0.5, budget_of(0.001, 1, 6, 10)), Stop::go_on);
}

// Two samples around 1.2 with a deviation of 2 %: the interval reaches 3.29 * sqrt(pi / 4) * 2 % = 5.8 %
// down, to 1.134.
TEST(StopRule, BeatenWhenTheIntervalLiesAboveTheRival) {
    const std::vector<double> two = {1.2, 1.2};
    EXPECT_TRUE(is_beaten(two, {.high_s = 1.13, .spread = 0.02}));
    EXPECT_FALSE(is_beaten(two, {.high_s = 1.14, .spread = 0.02}));
    EXPECT_FALSE(is_beaten(two, {.high_s = 1.13, .spread = 0.05}));
    EXPECT_FALSE(is_beaten({two.data(), 1}, {.high_s = 0.1, .spread = 0.01}));
}

TEST(StopRule, ItsOwnSpreadCountsWhereItIsLarger) {
    const std::vector<double> wide = {1.0, 1.2, 1.4};
    EXPECT_FALSE(is_beaten(wide, {.high_s = 1.0, .spread = 0.01}));
    EXPECT_TRUE(is_beaten(wide, {.high_s = 0.6, .spread = 0.01}));
}

TEST(StopRule, ARivalEndsSamplingBelowTheLeastCount) {
    auto budget = budget_of(0.001, 10, 7, 100);
    const std::vector<double> slow(2, 2.0);
    EXPECT_EQ(decide(slow, 0.1, budget), Stop::go_on);
    budget.rival = protocol::Rival{.high_s = 1.0, .spread = 0.01};
    EXPECT_EQ(decide(slow, 0.1, budget), Stop::beaten);
}

TEST(StopRule, Words) {
    EXPECT_EQ(name(Stop::interval), "interval");
    EXPECT_EQ(name(Stop::budget), "budget");
    EXPECT_EQ(name(Stop::count), "count");
    EXPECT_EQ(name(Stop::beaten), "beaten");
}

}  // namespace
}  // namespace ridge::profiler
