// SPDX-License-Identifier: Apache-2.0
#include "tuner/trials.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

namespace ridge::tuner {
namespace {

Outcome ok(double value) { return {.status = Status::ok, .value = value}; }

TEST(Trials, KnowsWhatWasRecordedAndTheBestOfIt) {
    Trials trials(10);
    EXPECT_FALSE(trials.best());
    trials.record(3, {});
    EXPECT_FALSE(trials.best());
    trials.record(9, ok(2));
    trials.record(0, ok(1));
    trials.record(5, ok(1));
    EXPECT_EQ(trials.best(), 0U);
    EXPECT_TRUE(trials.known(3) && trials.known(9));
    EXPECT_FALSE(trials.known(4));
    EXPECT_TRUE(std::isinf(trials.value(3)));
    EXPECT_EQ(trials.history(), (std::vector<std::size_t>{3, 9, 0, 5}));
    EXPECT_EQ(trials.left(), 6U);
}

TEST(Trials, DrawsEveryUnknownOneWhateverTheOrderOfRecording) {
    Random random(1);
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        Trials trials(40);
        Random order(seed);
        std::set<std::size_t> recorded;
        while (trials.left() > 0) {
            const auto any = static_cast<std::size_t>(below(order, 40));
            const auto index = recorded.contains(any) ? trials.draw(random) : any;
            ASSERT_LT(index, 40U);
            ASSERT_TRUE(recorded.insert(index).second);
            trials.record(index, ok(1));
        }
    }
}

// 20,000 draws of 8 places: each 2,500 times, standard deviation 47.
TEST(Trials, DrawsUniformly) {
    Trials trials(12);
    for (const std::size_t index : {0U, 11U, 5U, 6U}) trials.record(index, ok(1));
    Random random(2);
    std::map<std::size_t, int> counts;
    for (int i = 0; i < 20000; ++i) ++counts[trials.draw(random)];
    EXPECT_EQ(counts.size(), 8U);
    for (const auto& [index, count] : counts) EXPECT_NEAR(count, 2500, 235) << index;
}

}  // namespace
}  // namespace ridge::tuner
