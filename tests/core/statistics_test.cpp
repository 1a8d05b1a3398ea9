// SPDX-License-Identifier: Apache-2.0
#include "core/statistics.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <vector>

#include "core/error.hpp"
#include "core/even_share.hpp"

namespace ridge {
namespace {

std::vector<double> one_to(int n) {
    std::vector<double> out(static_cast<std::size_t>(n));
    std::iota(out.begin(), out.end(), 1.0);
    std::shuffle(out.begin(), out.end(), std::mt19937(1));
    return out;
}

struct RankCase {
    int n;
    double low, high;  // ranks counted from 1, as tables of the sign test's interval give them
};

// 95 % intervals of the median from the sign test: r is the largest with P(Bin(n, 1/2) < r) <= 0.025.
// Published, e.g. Conover 1999, table A3 and A.6: n = 6: 1..6, 9: 2..8, 10: 2..9, 20: 6..15, 30: 10..21,
// 50: 18..33, 100: 40..61.
class MedianInterval : public testing::TestWithParam<RankCase> {};

TEST_P(MedianInterval, HasThePublishedRanks) {
    const auto [n, low, high] = GetParam();
    EXPECT_EQ(median_interval(one_to(n)), (Interval{low, high}));
}

INSTANTIATE_TEST_SUITE_P(Published, MedianInterval,
                         testing::Values(RankCase{1, 1, 1}, RankCase{5, 1, 5}, RankCase{6, 1, 6},
                                         RankCase{8, 1, 8}, RankCase{9, 2, 8}, RankCase{10, 2, 9},
                                         RankCase{12, 3, 10}, RankCase{15, 4, 12}, RankCase{20, 6, 15},
                                         RankCase{25, 8, 18}, RankCase{30, 10, 21}, RankCase{50, 18, 33},
                                         RankCase{100, 40, 61}, RankCase{1000, 469, 532}));

// Beyond n = 1074, where 2^-n is no double any more: the normal approximation n/2 ± 0.98 sqrt(n) within two
// ranks.
TEST(MedianIntervalLarge, AgreesWithTheNormalApproximation) {
    for (const int n : {1100, 2000, 5000}) {
        const auto interval = median_interval(one_to(n));
        EXPECT_NEAR(interval.low, n / 2.0 - 0.98 * std::sqrt(n), 2.0) << n;
        EXPECT_NEAR(interval.high, n / 2.0 + 1 + 0.98 * std::sqrt(n), 2.0) << n;
    }
}

TEST(MedianIntervalCoverage, IsAtLeastTheConfidence) {
    std::mt19937 random(2);
    std::lognormal_distribution<double> skewed(0.0, 1.0);  // median 1
    int covered = 0;
    for (int trial = 0; trial < 2000; ++trial) {
        std::vector<double> values(15);
        for (auto& value : values) value = skewed(random);
        const auto interval = median_interval(values);
        covered += interval.low <= 1.0 && 1.0 <= interval.high ? 1 : 0;
    }
    EXPECT_GT(covered, 1900);  // 96.5 % is the exact level of ranks 4 and 12 of 15
    EXPECT_LT(covered, 1970);
}

TEST(EnoughForInterval, SixValuesReach95Percent) {
    EXPECT_FALSE(enough_for_interval(0));
    EXPECT_FALSE(enough_for_interval(1));
    EXPECT_FALSE(enough_for_interval(5));
    EXPECT_TRUE(enough_for_interval(6));
    EXPECT_FALSE(enough_for_interval(7, 0.99));
    EXPECT_TRUE(enough_for_interval(8, 0.99));
}

TEST(Interval, OverlapIncludesTheEnds) {
    EXPECT_TRUE((Interval{1, 2}.overlaps({2, 3})));
    EXPECT_TRUE((Interval{2, 3}.overlaps({1, 2})));
    EXPECT_TRUE((Interval{1, 9}.overlaps({4, 5})));
    EXPECT_FALSE((Interval{1, 2}.overlaps({2.1, 3})));
}

// Type 7 of Hyndman and Fan: position (n - 1) p, counted from 0.
TEST(Quantile, Type7) {
    const std::vector<double> values = {4, 1, 3, 2};
    EXPECT_DOUBLE_EQ(quantile(values, 0), 1);
    EXPECT_DOUBLE_EQ(quantile(values, 1), 4);
    EXPECT_DOUBLE_EQ(quantile(values, 0.5), 2.5);
    EXPECT_DOUBLE_EQ(quantile(values, 0.25), 1.75);
    EXPECT_DOUBLE_EQ(quantile(values, 0.9), 3.7);
    EXPECT_DOUBLE_EQ(quantile(std::vector{7.0}, 0.3), 7);
}

TEST(Median, OddEvenAndEqual) {
    EXPECT_DOUBLE_EQ(median(std::vector{3.0, 1.0, 2.0}), 2);
    EXPECT_DOUBLE_EQ(median(std::vector{4.0, 1.0, 2.0, 3.0}), 2.5);
    EXPECT_EQ(median(std::vector{0.1, 0.1, 0.1, 0.1}), 0.1);
}

TEST(StandardDeviation, KnownAnswers) {
    EXPECT_DOUBLE_EQ(standard_deviation(std::vector{2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0}),
                     std::sqrt(32.0 / 7.0));
    EXPECT_EQ(standard_deviation(std::vector{3.0}), 0);
    EXPECT_EQ(standard_deviation(std::vector{3.0, 3.0, 3.0}), 0);
}

// The sum of squares minus the square of the sum would give 0 or less here.
TEST(StandardDeviation, SurvivesALargeOffset) {
    for (const double offset : {1e9, 1e12})
        EXPECT_NEAR(standard_deviation(std::vector{offset + 4, offset + 7, offset + 13, offset + 16}),
                    std::sqrt(30.0), 1e-3)
            << offset;
}

TEST(MedianAbsoluteDeviation, KnownAnswer) {
    EXPECT_DOUBLE_EQ(median_absolute_deviation(std::vector{1.0, 1.0, 2.0, 2.0, 4.0, 6.0, 9.0}), 1.4826);
    EXPECT_EQ(median_absolute_deviation(std::vector{5.0}), 0);
}

TEST(MedianAbsoluteDeviation, EstimatesSigmaOfANormalDistribution) {
    std::mt19937 random(3);
    std::normal_distribution<double> normal(10.0, 2.0);
    std::vector<double> values(20000);
    for (auto& value : values) value = normal(random);
    EXPECT_NEAR(median_absolute_deviation(values), 2.0, 0.05);
}

TEST(Means, KnownAnswers) {
    EXPECT_DOUBLE_EQ(mean(std::vector{1.0, 2.0, 6.0}), 3);
    EXPECT_DOUBLE_EQ(geometric_mean(std::vector{1.0, 10.0, 100.0}), 10);
    EXPECT_NEAR(geometric_mean(std::vector{1e-300, 1e300, 1e300, 1e-300}), 1.0, 1e-9);
}

TEST(Summarize, EveryField) {
    const auto summary = summarize(one_to(9));
    EXPECT_EQ(summary.count, 9u);
    EXPECT_EQ(summary.median, 5);
    EXPECT_EQ(summary.interval, (Interval{2, 8}));
    EXPECT_EQ(summary.min, 1);
    EXPECT_EQ(summary.max, 9);
    EXPECT_DOUBLE_EQ(summary.spread, (7.0 - 3.0) / 5.0);
}

TEST(Statistics, NoValuesIsADefectOfTheCaller) {
    const std::vector<double> none;
    EXPECT_THROW((void)mean(none), Error);
    EXPECT_THROW((void)median(none), Error);
    EXPECT_THROW((void)quantile(none, 0.5), Error);
    EXPECT_THROW((void)standard_deviation(none), Error);
    EXPECT_THROW((void)median_absolute_deviation(none), Error);
    EXPECT_THROW((void)geometric_mean(none), Error);
    EXPECT_THROW((void)median_interval(none), Error);
    EXPECT_THROW((void)summarize(none), Error);
}

TEST(EvenShare, IsOfTheWholeListInItsOrder) {
    EXPECT_EQ(even_share(std::vector{1, 2, 3}, 3), (std::vector{1, 2, 3}));
    EXPECT_EQ(even_share(std::vector{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, 4), (std::vector{0, 2, 5, 7}));
    EXPECT_EQ(even_share(std::vector{1, 2, 3}, 0), std::vector<int>{});
}

}  // namespace
}  // namespace ridge
