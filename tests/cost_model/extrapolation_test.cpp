// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "cost_model/kernel/extrapolation.hpp"
#include "cost_model/kernel/group_fit.hpp"

namespace ridge::cost_model {
namespace {

std::vector<ErrorBeyond> errors(double each_octave, std::size_t count) {
    std::vector<ErrorBeyond> out;
    for (std::size_t i = 0; i < count; ++i) {
        const double octaves = 1 + 0.1 * static_cast<double>(i % 20);
        out.push_back({octaves, each_octave * octaves});
    }
    return out;
}

TEST(WidthsBeyond, GrowWithTheOctavesFromThoseAtTheEdge) {
    const WidthsBeyond widths({errors(0.1, 20)});
    const HalfWidths within{0.02, 0.05};
    EXPECT_DOUBLE_EQ(widths.at(0, within).of_80, 0.02);
    EXPECT_DOUBLE_EQ(widths.at(-1, within).of_95, 0.05);
    EXPECT_NEAR(widths.at(0.5, within).of_80, 0.06, 1e-12);
    EXPECT_NEAR(widths.at(1, within).of_80, 0.1, 1e-12);
    EXPECT_NEAR(widths.at(3, within).of_80, 0.3, 1e-12);
    EXPECT_DOUBLE_EQ(WidthsBeyond().at(3, within).of_80, 0.02) << "nothing is known";
}

// Nine good groups outweigh a bad one of four times as many calls, which counts twice.
TEST(WidthsBeyond, CountAGroupByTheRootOfItsCalls) {
    std::vector<std::vector<ErrorBeyond>> groups;
    for (int i = 0; i < 9; ++i) groups.push_back(errors(0.1, 20));
    groups.push_back(errors(0.5, 80));
    const HalfWidths none{};
    EXPECT_NEAR(WidthsBeyond(groups).at(1, none).of_80, 0.1, 1e-12);
    EXPECT_NEAR(WidthsBeyond(groups).at(1, none).of_95, 0.5, 1e-12);
    groups.push_back(errors(0.5, 80));
    EXPECT_NEAR(WidthsBeyond(groups).at(1, none).of_80, 0.5, 1e-12);
}

TEST(WidthsBeyond, ReadBackWhatTheyWrote) {
    const WidthsBeyond widths({errors(0.1, 20)});
    const auto json = widths.json();
    const auto read = WidthsBeyond::from_json(JsonReader(json, "here"));
    EXPECT_DOUBLE_EQ(read.at(2, {}).of_80, widths.at(2, {}).of_80);
    EXPECT_DOUBLE_EQ(read.at(2, {}).of_95, widths.at(2, {}).of_95);
}

// Calls of 1 to 2^12 units of work, of which those beyond `kink` take `slower` times as long.
std::vector<TrainingRow> made_up_rows(double kink, double slower) {
    std::vector<TrainingRow> out;
    for (int i = 0; i <= 120; ++i) {
        const double octave = 0.1 * i, work = std::exp2(octave) * 1e-5;
        TrainingRow row;
        row.features.regime = "rows";
        row.features.latencies.add({"launch", 1});
        row.features.ceilings.add({"DRAM", work});
        row.features.axes.add({"rows", octave});
        row.roofline_s = work;
        row.site = static_cast<std::uint64_t>(i);
        row.seconds = (1e-6 + work / 0.8) * (octave > kink ? slower : 1.0);
        out.push_back(std::move(row));
    }
    return out;
}

std::vector<ErrorBeyond> errors_of(const std::vector<TrainingRow>& rows) {
    RowPointers pointers;
    for (const auto& row : rows) pointers.push_back(&row);
    KernelGroup group;
    group.key.regime = "rows";
    group.parameters = *fit_parameters(pointers);
    fit_correction(group, pointers);
    return errors_beyond(group, pointers);
}

TEST(ErrorsBeyond, FindWhatOnlyTheLargestCallsMeet) {
    const auto plain = errors_of(made_up_rows(20, 1)), kinked = errors_of(made_up_rows(10, 1.5));
    ASSERT_FALSE(plain.empty());
    ASSERT_FALSE(kinked.empty());
    for (const auto& [octaves, log_error] : plain) {
        EXPECT_GT(octaves, 0);
        EXPECT_LT(octaves, 3.1);
        EXPECT_LT(log_error, 0.05);
    }
    EXPECT_NEAR(kinked.back().log_error, std::log(1.5), 0.05);
}

TEST(ErrorsBeyond, WidenGroupsOfTheRegimeAndOthersWhereTheyTellNothing) {
    KernelGroup rows, other_rows, products;
    rows.key.regime = other_rows.key.regime = "rows";
    products.key.regime = "gemm";
    set_widths_beyond({{&rows, errors(0.2, 20)}, {&other_rows, {}}, {&products, {}}});
    for (const auto* group : {&rows, &other_rows, &products})
        EXPECT_NEAR(group->widths_beyond.at(1, {}).of_80, 0.2, 1e-12) << group->key.regime;
}

}  // namespace
}  // namespace ridge::cost_model
