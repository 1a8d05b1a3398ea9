// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "reports/plot/axis.hpp"
#include "reports/plot/drawing.hpp"

namespace ridge::reports::plot {

struct TooltipRow {
    std::string name, value;
};

/// A straight line between two data points (straight on the axes as they are scaled), with its text beside
/// it.
struct Line {
    std::string id;
    std::string label;
    Spot from, to;  ///< data
    Role colour = Role::text;
    double width = 1.8;
    bool dashed = false;
    std::vector<TooltipRow> rows;
};

/// A filled polygon, e.g. the uncertainty of a line.
struct Band {
    std::vector<Spot> corners;  ///< data
    Role colour = Role::text;
};

struct Point {
    std::string id;
    std::string label;         ///< short: its number
    Spot at;                   ///< data
    double low = 0, high = 0;  ///< interval in y; equal to at.y where there is none
    Role colour = Role::series_1;
    Shape shape = Shape::circle;
    bool hollow = false;
    bool flagged = false;
    bool decoration = false;  ///< small and without label: a ridge point
    std::vector<TooltipRow> rows;
};

struct LegendEntry {
    enum class Mark { point, line, dashed, band, ring };
    std::string text;
    Mark mark = Mark::point;
    Role colour = Role::text;
    Shape shape = Shape::circle;
    bool hollow = false;
};

/// A chart as data: axes, marks and words, without pixels and without colours.
struct Scene {
    std::string title;
    std::string description;  ///< for people who cannot see it
    Axis x, y;
    std::vector<Band> bands;
    std::vector<Line> lines;
    std::vector<Point> points;
    std::vector<LegendEntry> legend;
};

/// "name: value" lines.
[[nodiscard]] std::string tooltip_text(const std::vector<TooltipRow>& rows);

struct LayoutOptions {
    double width = 960, height = 560;
    double font_size = 12.5;
    bool show_title = true;
    TextMeasure measure = estimated_width;
};

/// A scene in pixels, with what a pointer needs to find things again.
struct Picture {
    Drawing drawing;
    Rect plot;  ///< where data are
    struct Place {
        std::size_t index;  ///< in Scene::points
        Spot at;
    };
    std::vector<Place> points;  ///< those inside the plot
};

[[nodiscard]] Picture layout(const Scene& scene, const LayoutOptions& options);

/// Pixel of a data point, and the data at a pixel.
[[nodiscard]] Spot to_pixel(const Scene& scene, const Rect& plot, Spot data);
[[nodiscard]] Spot to_data(const Scene& scene, const Rect& plot, Spot pixel);

/// The part of a segment inside a rectangle; nothing when it misses it (Liang and Barsky 1984).
[[nodiscard]] std::optional<std::pair<Spot, Spot>> clip(Spot from, Spot to, const Rect& rect);

}  // namespace ridge::reports::plot
