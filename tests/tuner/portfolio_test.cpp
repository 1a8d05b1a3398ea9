// SPDX-License-Identifier: Apache-2.0
#include "tuner/searchers/portfolio.hpp"

#include <gtest/gtest.h>

namespace ridge::tuner {
namespace {

// Share of evenly drawn numbers that choose a way.
double share(const Gains& gains, std::size_t way) {
    constexpr int draws = 10000;
    int chosen = 0;
    for (int i = 0; i < draws; ++i) chosen += gains.choose_way((i + 0.5) / draws) == way;
    return static_cast<double>(chosen) / draws;
}

TEST(Gains, ExpectedImprovementIsTheUsualWayAndEachIsDrawnNowAndThen) {
    const Gains none;
    EXPECT_NEAR(share(none, 0), 1 / 1.04, 1e-3);
    EXPECT_NEAR(share(none, 1), 0.02 / 1.04, 1e-3);
    EXPECT_NEAR(share(none, 2), 0.02 / 1.04, 1e-3);
    EXPECT_EQ(none.choose_way(0), 0U);
    EXPECT_EQ(none.choose_way(0.999999), 2U);
}

TEST(Gains, AWayIsDrawnByWhatItBrought) {
    Gains gains;
    gains.add(1);
    EXPECT_NEAR(share(gains, 1), 1.02 / 2.04, 1e-3);
    gains.add(1);
    EXPECT_NEAR(share(gains, 1), 1.97 / 2.99, 1e-3) << "the older gain counts 0.95";
    gains.add(2);
    EXPECT_GT(share(gains, 2), share(gains, 0) * 0.9);
}

TEST(Gains, AreForgottenWhileNothingIsGained) {
    Gains gains;
    gains.add(2);
    for (int i = 0; i < 200; ++i) gains.add(std::nullopt);
    EXPECT_NEAR(share(gains, 2), share(Gains(), 2), 1e-3);
}

}  // namespace
}  // namespace ridge::tuner
