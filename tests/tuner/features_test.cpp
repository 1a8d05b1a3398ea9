// SPDX-License-Identifier: Apache-2.0
#include "tuner/surrogate/features.hpp"

#include <gtest/gtest.h>

namespace ridge::tuner {
namespace {

SearchSpace space_of(std::vector<ParameterValue> values) {
    const auto first = values.front();
    return {
        {.parameters = {{.name = "a", .values = std::move(values), .default_value = first, .meaning = ""}},
         .constraints = {}},
        "test"};
}

std::vector<float> point(const SearchSpace& space, std::uint32_t choice) {
    const Features features(space);
    std::vector<float> out(features.size());
    features.write(std::vector{choice}, out);
    return out;
}

TEST(Features, PowersOfTwoAreOneCoordinate) {
    const auto space = space_of({std::int64_t{1}, std::int64_t{2}, std::int64_t{4}});
    EXPECT_EQ(Features(space).scale_of(), std::vector<std::size_t>{0});
    EXPECT_EQ(point(space, 1), std::vector{0.5F});
}

// 48 has four factors of two, 64 six, 128 seven.
TEST(Features, OtherWholeNumbersHaveTheirFactorsOfTwoBesideTheirSize) {
    const auto space = space_of({std::int64_t{48}, std::int64_t{64}, std::int64_t{128}});
    EXPECT_EQ(Features(space).scale_of(), (std::vector<std::size_t>{0, 1}));
    EXPECT_FLOAT_EQ(point(space, 0).at(1), 0);
    EXPECT_FLOAT_EQ(point(space, 1).at(1), 2.0F / 3);
    EXPECT_FLOAT_EQ(point(space, 2).at(1), 1);
}

TEST(Features, FactorsOfTwoNeedWholeNumbersAboveZeroThatDiffer) {
    EXPECT_EQ(Features(space_of({std::int64_t{0}, std::int64_t{3}, std::int64_t{4}})).size(), 1U);
    EXPECT_EQ(Features(space_of({1.5, 2.0, 3.0})).size(), 1U);
    EXPECT_EQ(Features(space_of({std::int64_t{1}, std::int64_t{3}, std::int64_t{5}})).size(), 1U);
}

TEST(Features, OtherValuesAreOneApartAndShareAScale) {
    const auto space = space_of({std::string("x"), std::string("y")});
    EXPECT_EQ(Features(space).scale_of(), (std::vector<std::size_t>{0, 0}));
    const auto x = point(space, 0), y = point(space, 1);
    EXPECT_FLOAT_EQ((x[0] - y[0]) * (x[0] - y[0]) + (x[1] - y[1]) * (x[1] - y[1]), 1);
}

}  // namespace
}  // namespace ridge::tuner
