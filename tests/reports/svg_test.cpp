// SPDX-License-Identifier: Apache-2.0
#include "reports/svg.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/plot/scene.hpp"

namespace ridge::reports {
namespace {

using namespace plot;

Drawing small() {
    Drawing drawing{100, 50, {10, 5, 80, 40}, {}};
    drawing.items.push_back(
        Path{{{10, 45}, {90, 5}}, false, std::nullopt, Colour{Role::series_8}, 2, true, true, "roof"});
    drawing.items.push_back(Marker{Shape::circle, {50, 25}, 5, {Role::series_1}, false, true, "call:1"});
    drawing.items.push_back(
        Text{{50, 10}, "a < b & \"c\"", 10, {Role::text}, Anchor::middle, -90, true, false});
    return drawing;
}

std::string tip(const std::string& id) { return id == "call:1" ? "one\ntwo" : ""; }

TEST(Svg, GoldenText) {
    EXPECT_EQ(
        to_svg(small(), {.id = "c", .title = "T", .description = "D", .tooltip = tip}),
        R"svg(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 50" width="100" height="50" role="img" aria-labelledby="c-title c-desc" font-family="'DejaVu Sans', Verdana, Arial, sans-serif">
<title id="c-title">T</title>
<desc id="c-desc">D</desc>
<defs><clipPath id="c-clip"><rect x="10" y="5" width="80" height="40"/></clipPath></defs>
<rect width="100" height="50" fill="#ffffff"/>
<path d="M10 45L90 5" fill="none" stroke="#444a52" stroke-width="2" stroke-dasharray="7 5" clip-path="url(#c-clip)"/>
<g class="point" data-id="call:1" tabindex="0"><title>one
two</title><circle cx="50" cy="25" r="5" fill="#0072b2" stroke="#ffffff" stroke-width="1"/><circle cx="50" cy="25" r="9" fill="none" stroke="#c1121f" stroke-width="1.8"/></g>
<text x="50" y="13.5" transform="rotate(-90 50 10)" font-size="10" text-anchor="middle" font-weight="bold" fill="#1b1f24">a &lt; b &amp; &quot;c&quot;</text>
</svg>
)svg");
}

TEST(Svg, TakesColoursFromThePageWhenAsked) {
    const auto svg = to_svg(small(), {.css_colours = true});
    EXPECT_THAT(svg, testing::HasSubstr("stroke:var(--series-8)"));
    EXPECT_THAT(svg, testing::Not(testing::HasSubstr("fill=\"#")));
}

TEST(Svg, EscapesAndDropsControlCharacters) { EXPECT_EQ(escaped("a\x01<b>'\n"), "a&lt;b&gt;&#39;\n"); }

}  // namespace
}  // namespace ridge::reports
