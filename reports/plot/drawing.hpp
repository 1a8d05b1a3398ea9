// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "reports/plot/theme.hpp"

/// What a picture is made of, in pixels, y downwards. The SVG writer and the window's painter draw the same
/// list.
namespace ridge::reports::plot {

struct Spot {
    double x = 0;
    double y = 0;
    bool operator==(const Spot&) const = default;
};

struct Rect {
    double left = 0, top = 0, width = 0, height = 0;
    [[nodiscard]] double right() const { return left + width; }
    [[nodiscard]] double bottom() const { return top + height; }
    [[nodiscard]] bool contains(Spot spot) const {
        return spot.x >= left && spot.x <= right() && spot.y >= top && spot.y <= bottom();
    }
};

struct Path {
    std::vector<Spot> points;
    bool closed = false;
    std::optional<Colour> fill;
    std::optional<Colour> stroke;
    double width = 1.0;
    bool dashed = false;
    bool clipped = false;  ///< drawn inside Drawing::clip only
    std::string id;        ///< of what it shows; empty for decoration
};

struct Marker {
    Shape shape = Shape::circle;
    Spot at;
    double radius = 5.0;
    Colour colour;
    bool hollow = false;
    bool flagged = false;  ///< a ring in the warning colour around it
    std::string id;        ///< of the point; empty for decoration
};

enum class Anchor { start, middle, end };

struct Text {
    Spot at;  ///< vertical middle of the letters, horizontally as the anchor says
    std::string text;
    double size = 12.0;
    Colour colour;
    Anchor anchor = Anchor::start;
    double angle = 0.0;  ///< degrees, clockwise on the screen
    bool bold = false;
    bool halo = false;  ///< outlined in the surface's colour, so that lines below do not disturb
};

using Item = std::variant<Path, Marker, Text>;

struct Drawing {
    double width = 0, height = 0;
    Rect clip;
    std::vector<Item> items;
};

/// Width in pixels of a text at a font size.
using TextMeasure = std::function<double(std::string_view text, double size)>;
/// An estimate for sans-serif fonts from classes of letters, where no toolkit is there to ask.
[[nodiscard]] double estimated_width(std::string_view text, double size);

/// Corners of a marker's shape around (0, 0) with radius 1; empty for the circle. The cross and the plus are
/// outlines too.
[[nodiscard]] const std::vector<Spot>& outline(Shape shape);

}  // namespace ridge::reports::plot
