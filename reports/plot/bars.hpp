// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "reports/plot/scene.hpp"

namespace ridge::reports::plot {

struct Segment {
    std::string id;
    double value = 0;        ///< at least 0, in the unit of the chart
    std::size_t series = 0;  ///< index in BarChart::series
    std::vector<TooltipRow> rows;
};

/// One horizontal bar: its parts add up to its length.
struct Bar {
    std::string label;  ///< left of the bar
    std::string total;  ///< right of it
    std::vector<Segment> segments;
};

/// Horizontal bars of equal length that show shares: each is divided by its own sum.
struct BarChart {
    std::string title, description;
    std::vector<std::string> series;  ///< legend; at most eight, each with its colour
    std::vector<Bar> bars;
};

/// Height that the chart takes with these options, whose own height does not matter.
[[nodiscard]] double bars_height(const BarChart& chart, const LayoutOptions& options);
[[nodiscard]] Drawing layout_bars(const BarChart& chart, const LayoutOptions& options);

}  // namespace ridge::reports::plot
