// SPDX-License-Identifier: Apache-2.0
#include "reports/plot/axis.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <set>

namespace ridge::reports::plot {
namespace {

std::vector<std::string> labels(const Axis& axis, int wanted) {
    std::vector<std::string> out;
    for (const auto& tick : ticks(axis, wanted))
        if (tick.major()) out.push_back(tick.label);
    return out;
}

Axis random_axis(std::mt19937_64& random, Scale scale) {
    std::uniform_real_distribution<double> exponent(-12, 15), span(0.01, 12);
    if (scale == Scale::logarithmic) {
        const double low = exponent(random);
        return {"", scale, std::pow(10, low), std::pow(10, low + span(random)), true};
    }
    const double low = exponent(random) * 1e6;
    return {"", scale, low, low + std::pow(10, span(random) - 2), false};
}

TEST(Axis, MapsDataToPositionsAndBack) {
    std::mt19937_64 random(7);
    for (int i = 0; i < 500; ++i) {
        const auto axis = random_axis(random, Scale::logarithmic);
        const double position = std::uniform_real_distribution<double>(-0.5, 1.5)(random);
        EXPECT_NEAR(to_unit(axis, from_unit(axis, position)), position, 1e-6);
        EXPECT_NEAR(to_unit(axis, axis.low), 0, 1e-12);
        EXPECT_NEAR(to_unit(axis, axis.high), 1, 1e-12);
    }
}

TEST(Axis, TicksLieInsideRiseAndAreTellable) {
    std::mt19937_64 random(11);
    for (int i = 0; i < 1000; ++i) {
        const auto axis = random_axis(random, i % 2 ? Scale::logarithmic : Scale::linear);
        const auto marks = ticks(axis, 8);
        const double slack = 1e-6 * (axis.high - axis.low) + 1e-6 * std::abs(axis.low);
        std::set<std::string> texts;
        std::size_t labelled = 0;
        for (std::size_t t = 0; t < marks.size(); ++t) {
            EXPECT_GE(marks[t].value, axis.low - slack);
            EXPECT_LE(marks[t].value, axis.high + slack);
            if (t > 0) {
                EXPECT_GT(marks[t].value, marks[t - 1].value);
            }
            if (marks[t].major()) ++labelled, texts.insert(marks[t].label);
        }
        EXPECT_GE(labelled, 2U) << axis.low << " … " << axis.high;
        EXPECT_LE(labelled, 24U) << axis.low << " … " << axis.high;
        EXPECT_EQ(texts.size(), labelled) << "two ticks look the same on " << axis.low << " … " << axis.high;
    }
}

TEST(Axis, LabelsAreNice) {
    EXPECT_EQ(labels({"", Scale::linear, 0, 1, false}, 5),
              (std::vector<std::string>{"0", "0.2", "0.4", "0.6", "0.8", "1.0"}));
    EXPECT_EQ(labels({"", Scale::logarithmic, 0.1, 1000, false}, 6),
              (std::vector<std::string>{"0.1", "1", "10", "100", "1000"}));
    EXPECT_EQ(labels({"", Scale::logarithmic, 1e9, 1e12, true}, 5),
              (std::vector<std::string>{"1 G", "10 G", "100 G", "1 T"}));
    EXPECT_EQ(labels({"", Scale::logarithmic, 1e9, 2e10, true}, 8),
              (std::vector<std::string>{"1 G", "2 G", "5 G", "10 G", "20 G"}));
}

TEST(Axis, RoundsOutwards) {
    const auto axis = rounded_outwards({"", Scale::logarithmic, 0.13, 730, false});
    EXPECT_DOUBLE_EQ(axis.low, 0.1);
    EXPECT_DOUBLE_EQ(axis.high, 1000);
    const auto linear = rounded_outwards({"", Scale::linear, 0.3, 9.2, false});
    EXPECT_DOUBLE_EQ(linear.low, 0);
    EXPECT_DOUBLE_EQ(linear.high, 10);
}

TEST(Axis, ZoomKeepsWhatIsUnderThePointer) {
    const Axis axis{"", Scale::logarithmic, 0.1, 1000, false};
    const double before = from_unit(axis, 0.3);
    const auto nearer = zoomed(axis, 0.3, 2.0);
    EXPECT_NEAR(from_unit(nearer, 0.3), before, 1e-9);
    EXPECT_NEAR(std::log10(nearer.high / nearer.low), 2.0, 1e-9);
    EXPECT_NEAR(from_unit(panned(axis, 0.25), 0.0), from_unit(axis, 0.25), 1e-9);
}

TEST(Axis, ZoomStopsAtSaneLimits) {
    Axis axis{"", Scale::logarithmic, 0.1, 1000, false};
    for (int i = 0; i < 200; ++i) axis = zoomed(axis, 0.5, 3.0);
    EXPECT_GT(axis.high, axis.low);
    for (int i = 0; i < 400; ++i) axis = zoomed(axis, 0.5, 1 / 3.0);
    EXPECT_TRUE(std::isfinite(axis.low) && std::isfinite(axis.high) && axis.low > 0);
    const auto same = cut(axis, 0.4, 0.4);
    EXPECT_EQ(same.low, axis.low);
}

}  // namespace
}  // namespace ridge::reports::plot
