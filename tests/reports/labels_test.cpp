// SPDX-License-Identifier: Apache-2.0
#include "reports/plot/labels.hpp"

#include <gtest/gtest.h>

#include "reports/fixture.hpp"
#include "reports/plot/roofline.hpp"

namespace ridge::reports::plot {
namespace {

TEST(Labels, TurnedBoxesOverlapOnlyWhereTheyAre) {
    const Box upright{{0, 0}, 10, 2, 0};
    EXPECT_TRUE(overlap(upright, {{15, 0}, 6, 2, 0}));
    EXPECT_FALSE(overlap(upright, {{17, 0}, 6, 2, 0}));
    // Upright rectangles around both would overlap; the boxes do not.
    EXPECT_FALSE(overlap(upright, {{17, -6}, 10, 2, 45}));
    EXPECT_TRUE(overlap(upright, {{17, -6}, 10, 2, -45}));
}

TEST(Labels, SegmentsCrossBoxes) {
    const Box box{{0, 0}, 10, 2, 0};
    EXPECT_TRUE(crosses(box, {-20, 0}, {20, 0}));
    EXPECT_TRUE(crosses(box, {0, -9}, {0, 9}));
    EXPECT_FALSE(crosses(box, {-20, 3}, {20, 3}));
    EXPECT_FALSE(crosses(box, {12, -9}, {12, 9}));
}

TEST(Labels, TakeTheFirstFreePlace) {
    Occupied taken({0, 0, 100, 100});
    const Box first{{50, 50}, 10, 5, 0}, second{{50, 70}, 10, 5, 0}, outside{{2, 2}, 10, 5, 0};
    EXPECT_EQ(taken.place({outside, first, second}), 1U);
    EXPECT_EQ(taken.place({first, second}), 1U);
    EXPECT_EQ(taken.place({first, second, outside}), std::nullopt);
}

TEST(Clip, KeepsThePartInside) {
    const Rect rect{0, 0, 10, 10};
    const auto part = clip({-10, 5}, {20, 5}, rect);
    ASSERT_TRUE(part);
    EXPECT_EQ(part->first, (Spot{0, 5}));
    EXPECT_EQ(part->second, (Spot{10, 5}));
    EXPECT_FALSE(clip({-1, -1}, {-5, 20}, rect));
}

class RooflineLayout : public testing::TestWithParam<double> {};

// Every text of the chart that stands among the data: none over another, none outside.
TEST_P(RooflineLayout, LabelsDoNotCollide) {
    const auto roofs = fixture::roofs();
    const auto scene =
        roofline_scene({"Fixture CPU", roofs, call_results(fixture::records(), fixture::model())});
    const auto picture = layout(scene, {.width = GetParam(), .height = 0.6 * GetParam()});
    std::vector<Box> boxes;
    for (const auto& item : picture.drawing.items) {
        const auto* text = std::get_if<Text>(&item);
        if (!text || !text->halo) continue;
        // A little smaller than what was reserved.
        boxes.push_back(
            {text->at, 0.49 * estimated_width(text->text, text->size), 0.45 * text->size, text->angle});
    }
    EXPECT_GT(boxes.size(), scene.lines.size());
    for (std::size_t i = 0; i < boxes.size(); ++i) {
        EXPECT_TRUE(inside(boxes[i], picture.plot));
        for (std::size_t k = 0; k < i; ++k) EXPECT_FALSE(overlap(boxes[i], boxes[k])) << i << " and " << k;
    }
}
// An axis that ends at a label: half of it stands beyond the end.
TEST_P(RooflineLayout, LabelsOfTheAxesStayInsideThePicture) {
    auto scene =
        roofline_scene({"Fixture CPU", fixture::roofs(), call_results(fixture::records(), fixture::model())});
    scene.x.low = 0.1, scene.x.high = 10000;
    const auto picture = layout(scene, {.width = GetParam(), .height = 0.6 * GetParam()});
    std::size_t labels = 0;
    for (const auto& item : picture.drawing.items) {
        const auto* text = std::get_if<Text>(&item);
        if (!text || text->colour.role != Role::muted || text->anchor != Anchor::middle) continue;
        EXPECT_LE(text->at.x + estimated_width(text->text, text->size) / 2, GetParam()) << text->text;
        ++labels;
    }
    EXPECT_GE(labels, 2U);
}

INSTANTIATE_TEST_SUITE_P(Widths, RooflineLayout, testing::Values(480.0, 800.0, 1100.0, 1900.0));

}  // namespace
}  // namespace ridge::reports::plot
