// SPDX-License-Identifier: Apache-2.0
#include "reports/plot/bars.hpp"

#include <algorithm>
#include <numeric>

namespace ridge::reports::plot {
namespace {

constexpr double gap = 8.0;
constexpr double mark = 14.0;  // side of a legend's square, pixels

Colour series_colour(std::size_t series) {
    return {static_cast<Role>(static_cast<std::size_t>(Role::series_1) + series % 8)};
}

Path box(double left, double top, double width, double height, Colour fill) {
    return {{{left, top}, {left + width, top}, {left + width, top + height}, {left, top + height}},
            true,
            fill,
            Colour{Role::surface},
            1.0,
            false,
            false,
            ""};
}

struct LegendPlace {
    std::size_t series;
    Spot at;
};

std::vector<LegendPlace> legend_places(const BarChart& chart, const LayoutOptions& options, double top) {
    const double row = options.font_size * 1.6;
    std::vector<LegendPlace> out;
    double x = 2 * gap, y = top + row / 2;
    for (std::size_t i = 0; i < chart.series.size(); ++i) {
        const double width = mark + gap + options.measure(chart.series[i], options.font_size) + 2 * gap;
        if (x + width > options.width && x > 2 * gap) x = 2 * gap, y += row;
        out.push_back({i, {x, y}});
        x += width;
    }
    return out;
}

double title_height(const BarChart& chart, const LayoutOptions& options) {
    return options.show_title && !chart.title.empty() ? options.font_size * 2.2 : gap;
}

double bars_top(const BarChart& chart, const LayoutOptions& options) {
    const double top = title_height(chart, options);
    const auto places = legend_places(chart, options, top);
    return places.empty() ? top : places.back().at.y + options.font_size * 1.2 + gap;
}

double bar_pitch(double font_size) { return font_size * 2.2; }

double widest(const BarChart& chart, const LayoutOptions& options, std::string Bar::*text) {
    double out = 0;
    for (const auto& bar : chart.bars) out = std::max(out, options.measure(bar.*text, options.font_size));
    return out;
}

void draw_bar(Drawing& drawing, const Bar& bar, const LayoutOptions& options, const Rect& row) {
    const double sum = std::accumulate(bar.segments.begin(), bar.segments.end(), 0.0,
                                       [](double total, const Segment& one) { return total + one.value; });
    const double middle = row.top + row.height / 2;
    drawing.items.push_back(Text{
        {row.left - gap, middle}, bar.label, options.font_size, {Role::text}, Anchor::end, 0, false, false});
    drawing.items.push_back(Text{{row.right() + gap, middle},
                                 bar.total,
                                 options.font_size,
                                 {Role::muted},
                                 Anchor::start,
                                 0,
                                 false,
                                 false});
    double left = row.left;
    for (const auto& segment : bar.segments) {
        const double width = sum > 0 ? segment.value / sum * row.width : 0.0;
        auto path = box(left, row.top, width, row.height, series_colour(segment.series));
        path.id = segment.id;
        if (width > 0.2) drawing.items.emplace_back(std::move(path));
        left += width;
    }
}

}  // namespace

double bars_height(const BarChart& chart, const LayoutOptions& options) {
    return bars_top(chart, options) + bar_pitch(options.font_size) * static_cast<double>(chart.bars.size()) +
           gap;
}

Drawing layout_bars(const BarChart& chart, const LayoutOptions& options) {
    Drawing drawing{options.width, options.height, {0, 0, options.width, options.height}, {}};
    const double size = options.font_size;
    if (options.show_title && !chart.title.empty())
        drawing.items.push_back(Text{
            {2 * gap, size * 1.2}, chart.title, size * 1.25, {Role::text}, Anchor::start, 0, true, false});
    for (const auto& place : legend_places(chart, options, title_height(chart, options))) {
        drawing.items.emplace_back(
            box(place.at.x, place.at.y - mark / 2, mark, mark, series_colour(place.series)));
        drawing.items.push_back(Text{{place.at.x + mark + gap, place.at.y},
                                     chart.series[place.series],
                                     size,
                                     {Role::text},
                                     Anchor::start,
                                     0,
                                     false,
                                     false});
    }
    const double left = 2 * gap + widest(chart, options, &Bar::label) + gap;
    const double right = options.width - 2 * gap - widest(chart, options, &Bar::total) - gap;
    double top = bars_top(chart, options);
    for (const auto& bar : chart.bars) {
        draw_bar(drawing, bar, options, {left, top, std::max(20.0, right - left), size * 1.5});
        top += bar_pitch(size);
    }
    return drawing;
}

}  // namespace ridge::reports::plot
