// SPDX-License-Identifier: Apache-2.0
#include "tuner/allocation.hpp"

#include <gtest/gtest.h>

namespace ridge::tuner {
namespace {

Course course(double weight, const std::vector<double>& values) {
    Course out;
    out.weight = weight;
    for (const double value : values) out.add(value);
    return out;
}

TEST(Allocation, ACourseKeepsTheLeastSoFar) {
    Course out;
    out.add(std::nullopt);
    for (const double value : {3.0, 4.0, 2.0}) out.add(value);
    EXPECT_EQ(out.best, (std::vector<std::optional<double>>{std::nullopt, 3.0, 3.0, 2.0}));
}

// Before anything is known of gains, a tenth times what the call weighs in the sum.
TEST(Allocation, GoesByWeightTimesTimeAtFirst) {
    const std::vector<Course> courses = {course(1, {2}), course(3, {2}), course(1, {8}), Course()};
    const auto gains = expected_gains(courses);
    EXPECT_GT(gains[1], gains[0]);
    EXPECT_GT(gains[2], gains[1]);
    EXPECT_NEAR(gains[1] / gains[0], 3, 1e-9);
    EXPECT_EQ(gains[3], 0);
}

TEST(Allocation, GoesWhereTheLatestMeasurementsBroughtMore) {
    const auto gains = expected_gains(std::vector<Course>{course(1, {8, 7, 6, 5}), course(1, {5, 5, 5, 5})});
    EXPECT_GT(gains[0], 2 * gains[1]);
}

// The second call has stood still for long, the third has not been tried: what the first brought early on
// speaks for the third.
TEST(Allocation, WhatACallHasNotTriedIsExpectedFromTheOthers) {
    const auto gains =
        expected_gains(std::vector<Course>{course(1, {8, 4, 2, 2, 2, 2, 2, 2, 2, 2}),
                                           course(1, {2, 2, 2, 2, 2, 2, 2, 2, 2, 2}), course(1, {2})});
    EXPECT_GT(gains[2], 3 * gains[0]);
    EXPECT_GT(gains[2], 3 * gains[1]);
}

}  // namespace
}  // namespace ridge::tuner
