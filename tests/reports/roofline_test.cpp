// SPDX-License-Identifier: Apache-2.0
#include "reports/plot/roofline.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "reports/call_table.hpp"
#include "reports/fixture.hpp"

namespace ridge::reports::plot {
namespace {

std::vector<CallResult> results() { return call_results(fixture::records(), fixture::model()); }

std::vector<Roof> roofs() {
    auto out = specified_roofs(fixture::device());
    for (const auto& roof : fixture::roofs()) out.push_back(roof);
    return out;
}

const CallResult& find(const std::vector<CallResult>& all, const std::string& part) {
    const auto found = std::ranges::find_if(
        all, [&](const auto& one) { return one.best.call.find(part) != std::string::npos; });
    if (found == all.end()) throw std::runtime_error(part);
    return *found;
}

TEST(CallResults, BringBestTiesDefaultAndLibraryTogether) {
    const auto all = results();
    const auto& gemm = find(all, "gemm m=512 n=4096 k=4096 a=fp32");
    EXPECT_EQ(gemm.best.config.text(), "mc=96 nr=2");
    ASSERT_EQ(gemm.ties.size(), 1U);
    EXPECT_EQ(gemm.ties[0].config.text(), "mc=128 nr=2");
    ASSERT_TRUE(gemm.initial);
    EXPECT_NEAR(gemm.initial->summary->median / gemm.time_s(), 1.42, 1e-9);
    ASSERT_TRUE(gemm.library);
    EXPECT_EQ(gemm.library->implementation, "onednn");
    EXPECT_FALSE(find(all, "stream_read").library);
}

TEST(CallResults, TheLastRoundOfAConfigurationCounts) {
    auto records = fixture::records();
    auto again = records.front();
    again.round = 1;
    again.summary->median *= 3;
    again.summary->interval = {again.summary->median, again.summary->median};
    const auto key = again.config.text();
    records.push_back(again);
    const auto all = call_results(records, fixture::model());
    const auto& result = find(all, again.call);
    ASSERT_TRUE(result.initial);
    EXPECT_EQ(result.initial->config.text(), key);
    EXPECT_EQ(result.initial->round, 1) << "what the campaign measured first, as it was measured last";
    EXPECT_NE(result.best.config.text(), key);
}

TEST(CallResults, HaveNoGainWhereTheDefaultDidNotRun) {
    auto records = fixture::records();
    const auto text = records.front().call;
    records.front().measurement.status = Status::wrong;
    records.front().summary.reset();
    const auto all = call_results(records, fixture::model());
    EXPECT_FALSE(find(all, text).initial);
}

TEST(CallResults, ShareIsOfTheLowerRoof) {
    const auto all = results();
    const auto& decode = find(all, "gemm m=1 n=4096 k=4096 a=fp32 w=fp32 c=fp32");
    EXPECT_EQ(decode.attainable->limiter, "memory");
    EXPECT_NEAR(*decode.roof_share(), decode.byte_rate() / 26e9, 1e-9);
    const auto& prefill = find(all, "gemm m=512 n=4096 k=4096 a=fp32");
    EXPECT_EQ(prefill.attainable->limiter, "compute");
    EXPECT_NEAR(*prefill.roof_share(), prefill.flop_rate() / 250e9, 1e-9);
    EXPECT_EQ(prefill.attainable->provenance, Provenance::measured);
}

TEST(CallResults, FilterNeedsEveryWordAndKeepsNumbers) {
    const auto all = results();
    const auto some = filtered(all, {.text = "M=512 INT8"});
    ASSERT_FALSE(some.empty());
    for (const auto& one : some) {
        EXPECT_THAT(one.best.call, testing::HasSubstr("m=512"));
        EXPECT_EQ(one.number, find(all, one.best.call).number);
    }
    CallFilter warm;
    warm.cache = CacheState::warm;
    EXPECT_EQ(filtered(all, warm).size(), 1U);
    EXPECT_EQ(filtered(all, {.text = "nothing has this"}).size(), 0U);
}

TEST(Roofline, DrawsMeasuredRoofsAndSpecifiedCeilings) {
    const auto scene = roofline_scene({"Fixture CPU", roofs(), results()});
    std::set<std::string> ids;
    for (const auto& line : scene.lines) {
        EXPECT_TRUE(ids.insert(line.id).second) << line.id;
        EXPECT_EQ(line.dashed, line.id.ends_with("specified")) << line.id;
    }
    for (const char* id :
         {"roof:bandwidth DRAM measured", "roof:bandwidth DRAM specified", "roof:compute fp32 measured",
          "roof:compute int8 specified", "roof:bandwidth L1 measured"})
        EXPECT_TRUE(ids.contains(id)) << id;
    // The best mix stands for a roof: read for DRAM, fma for fp32.
    const auto dram = std::ranges::find(scene.lines, "roof:bandwidth DRAM measured", &Line::id);
    EXPECT_THAT(dram->label, testing::HasSubstr("DRAM read"));
    EXPECT_NEAR(dram->to.y / dram->to.x, 26e9, 1);
    EXPECT_EQ(scene.bands.size(), 7U);
}

TEST(Roofline, EveryCallWithArithmeticIsAPointInsideTheAxes) {
    const auto all = results();
    const auto scene = roofline_scene({"Fixture CPU", roofs(), all});
    const auto with_flop = std::ranges::count_if(all, [](const auto& one) { return one.work.flop > 0; });
    EXPECT_EQ(std::ranges::count_if(scene.points, [](const Point& p) { return !p.decoration; }), with_flop);
    const auto picture = layout(scene, {});
    EXPECT_EQ(picture.points.size(), scene.points.size()) << "a point is outside of the chart";
}

TEST(Roofline, FlagsPointsAboveTheirRoofAndSaysWhy) {
    const auto all = results();
    const auto scene = roofline_scene({"Fixture CPU", roofs(), all});
    const auto& warm = find(all, "gemm m=1 n=1024 k=1024");
    EXPECT_GT(*warm.roof_share(), 1.0);
    const auto point = std::ranges::find(scene.points, point_id(warm.number), &Point::id);
    ASSERT_NE(point, scene.points.end());
    EXPECT_TRUE(point->flagged);
    EXPECT_THAT(tooltip_text(point->rows), testing::HasSubstr("above its measured roof: warm"));
    EXPECT_EQ(std::ranges::count_if(scene.points, &Point::flagged), 1);
}

TEST(Roofline, RidgePointIsWhereTheRoofsMeet) {
    const auto scene = roofline_scene({"Fixture CPU", roofs(), results()});
    const auto ridge = std::ranges::find(scene.points, "ridge:fp32", &Point::id);
    ASSERT_NE(ridge, scene.points.end());
    EXPECT_NEAR(ridge->at.x, 250e9 / 26e9, 1e-9);
    EXPECT_EQ(ridge->at.y, 250e9);
}

TEST(Roofline, ShowsOnlyTheRoofsOfTheCallsPrecisions) {
    CallFilter only;
    only.compute = Precision::int8;
    const auto scene = roofline_scene({"Fixture CPU", roofs(), filtered(results(), only)});
    for (const auto& line : scene.lines)
        EXPECT_THAT(line.label, testing::Not(testing::HasSubstr("fp32"))) << line.label;
}

TEST(Roofline, WithoutMeasurementsOrRoofsIsStillAChart) {
    EXPECT_GT(roofline_scene({"Nothing", {}, {}}).x.high, 0);
    EXPECT_EQ(
        layout(roofline_scene({"Data sheet", specified_roofs(fixture::device()), {}}), {}).points.size(), 2U);
}

TEST(Roofline, PrecisionsDifferInColourOrShape) {
    std::set<std::pair<Role, Shape>> seen;
    for (const auto precision : all_precisions) {
        const auto style = style_of(precision);
        EXPECT_TRUE(seen.insert({style.colour, style.shape}).second) << name(precision);
    }
}

TEST(Theme, SeriesStandOutFromTheBackground) {
    for (const auto* theme : {&light_theme(), &dark_theme()})
        for (auto role = static_cast<std::size_t>(Role::warning); role < role_count; ++role)
            EXPECT_GE(contrast(theme->rgb[role], theme->of(Role::surface)), 3.0)
                << theme->name << " " << role_name(static_cast<Role>(role));
    for (const auto* theme : {&light_theme(), &dark_theme()})
        for (const auto role : {Role::text, Role::muted})
            EXPECT_GE(contrast(theme->of(role), theme->of(Role::surface)), 4.5) << theme->name;
}

}  // namespace
}  // namespace ridge::reports::plot
