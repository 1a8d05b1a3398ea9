// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <numbers>

#include "reports/plot/frame.hpp"
#include "reports/plot/labels.hpp"
#include "reports/plot/scene.hpp"

namespace ridge::reports::plot {
namespace {

constexpr double point_radius = 5.5;
constexpr double decoration_radius = 3.5;

double radius_of(const Point& point) { return point.decoration ? decoration_radius : point_radius; }

struct VisibleLine {
    const Line* line;
    Spot from, to;  // pixels, inside the plot
};

struct Builder {
    const Scene& scene;
    const LayoutOptions& options;
    Picture picture;
    std::vector<VisibleLine> lines;
};

void draw_bands(Builder& b) {
    for (const auto& band : b.scene.bands) {
        Path path{{}, true, Colour{band.colour, 0.22}, std::nullopt, 1, false, true, ""};
        for (const auto& corner : band.corners)
            path.points.push_back(to_pixel(b.scene, b.picture.plot, corner));
        b.picture.drawing.items.emplace_back(std::move(path));
    }
}

void draw_lines(Builder& b) {
    for (const auto& line : b.scene.lines) {
        const auto shown = clip(to_pixel(b.scene, b.picture.plot, line.from),
                                to_pixel(b.scene, b.picture.plot, line.to), b.picture.plot);
        if (!shown) continue;
        b.lines.push_back({&line, shown->first, shown->second});
        b.picture.drawing.items.push_back(Path{{shown->first, shown->second},
                                               false,
                                               std::nullopt,
                                               Colour{line.colour, line.dashed ? 0.8 : 1.0},
                                               line.width,
                                               line.dashed,
                                               true,
                                               line.id});
    }
}

void draw_interval(Builder& b, const Point& point) {
    if (point.low >= point.high) return;
    const Spot low = to_pixel(b.scene, b.picture.plot, {point.at.x, point.low});
    const Spot high = to_pixel(b.scene, b.picture.plot, {point.at.x, point.high});
    for (const auto& [from, to] :
         {std::pair{low, high}, std::pair{Spot{low.x - 3, low.y}, Spot{low.x + 3, low.y}},
          std::pair{Spot{high.x - 3, high.y}, Spot{high.x + 3, high.y}}})
        b.picture.drawing.items.push_back(
            Path{{from, to}, false, std::nullopt, Colour{point.colour, 0.8}, 1.2, false, true, ""});
}

void draw_points(Builder& b) {
    for (std::size_t i = 0; i < b.scene.points.size(); ++i) {
        const auto& point = b.scene.points[i];
        const Spot at = to_pixel(b.scene, b.picture.plot, point.at);
        if (!b.picture.plot.contains(at)) continue;
        draw_interval(b, point);
        b.picture.points.push_back({i, at});
        b.picture.drawing.items.push_back(
            Marker{point.shape, at, radius_of(point), {point.colour}, point.hollow, point.flagged, point.id});
    }
}

Occupied occupied(const Builder& b) {
    Occupied out(b.picture.plot);
    for (const auto& line : b.lines) out.add_line(line.from, line.to);
    for (const auto& place : b.picture.points) {
        const double half = radius_of(b.scene.points[place.index]) + 1;
        out.add_marker({place.at, half, half, 0});
    }
    return out;
}

// Places around a point: beside it first, then further away, where a leader shows what the label belongs to.
std::vector<Box> point_places(Spot at, double half_width, double half_height) {
    static constexpr Spot directions[] = {{1, -0.7}, {1, 0.7}, {-1, -0.7}, {-1, 0.7},
                                          {1, 0},    {-1, 0},  {0, -1},    {0, 1}};
    std::vector<Box> out;
    for (const double distance :
         {point_radius + 2.0, point_radius + 12.0, point_radius + 26.0, point_radius + 42.0})
        for (const auto& d : directions)
            out.push_back({{at.x + d.x * (distance + half_width), at.y + d.y * (distance + half_height)},
                           half_width,
                           half_height,
                           0});
    return out;
}

void draw_point_label(Builder& b, Occupied& taken, const Picture::Place& place) {
    const auto& point = b.scene.points[place.index];
    if (point.label.empty() || point.decoration) return;
    const double size = b.options.font_size * 0.92;
    const auto places = point_places(place.at, b.options.measure(point.label, size) / 2 + 1, size * 0.55);
    const auto chosen = taken.place(places);
    if (!chosen) return;
    const Spot at = places[*chosen].centre;
    if (*chosen >= 8)
        b.picture.drawing.items.push_back(
            Path{{place.at, at}, false, std::nullopt, Colour{Role::muted, 0.6}, 0.8, false, true, ""});
    b.picture.drawing.items.push_back(
        Text{at, point.label, size, {Role::text}, Anchor::middle, 0, false, true});
}

// Along the visible part of the line from its end of preference inwards, above it first.
std::vector<Box> line_places(const VisibleLine& line, double width, double size) {
    const double dx = line.to.x - line.from.x, dy = line.to.y - line.from.y, length = std::hypot(dx, dy);
    std::vector<Box> out;
    if (length < width * 0.8) return out;
    const Spot along = {dx / length, dy / length}, above = {along.y, -along.x};
    const bool level = std::abs(dy) < 1;
    const double margin = width / 2 + size;
    constexpr int steps = 14;
    for (int i = 0; i <= steps; ++i) {
        const double share = level ? 1.0 - i / static_cast<double>(steps) : i / static_cast<double>(steps);
        const double t = margin + share * std::max(0.0, length - 2 * margin);
        for (const double side : {1.0, -1.0}) {
            const double offset = side * size * 0.8;
            const Spot centre = {line.from.x + along.x * t + above.x * offset,
                                 line.from.y + along.y * t + above.y * offset};
            out.push_back({centre, width / 2, size * 0.58, std::atan2(dy, dx) * 180 / std::numbers::pi});
        }
    }
    return out;
}

void draw_line_label(Builder& b, Occupied& taken, const VisibleLine& line) {
    if (line.line->label.empty()) return;
    const double size = b.options.font_size * 0.92;
    const auto places = line_places(line, b.options.measure(line.line->label, size), size);
    const auto chosen = taken.place(places);
    if (!chosen) return;
    const auto& box = places[*chosen];
    b.picture.drawing.items.push_back(Text{
        box.centre, line.line->label, size, {line.line->colour}, Anchor::middle, box.angle, false, true});
}

}  // namespace

std::string tooltip_text(const std::vector<TooltipRow>& rows) {
    std::string out;
    for (const auto& [name, value] : rows)
        out += (out.empty() ? "" : "\n") + (name.empty() ? value : name + ": " + value);
    return out;
}

Spot to_pixel(const Scene& scene, const Rect& plot, Spot data) {
    return {plot.left + to_unit(scene.x, data.x) * plot.width,
            plot.bottom() - to_unit(scene.y, data.y) * plot.height};
}

Spot to_data(const Scene& scene, const Rect& plot, Spot pixel) {
    return {from_unit(scene.x, (pixel.x - plot.left) / plot.width),
            from_unit(scene.y, (plot.bottom() - pixel.y) / plot.height)};
}

std::optional<std::pair<Spot, Spot>> clip(Spot from, Spot to, const Rect& rect) {
    const double dx = to.x - from.x, dy = to.y - from.y;
    double enter = 0, leave = 1;
    const auto edge = [&](double direction, double distance) {
        if (direction == 0) return distance >= 0;
        const double t = distance / direction;
        if (direction < 0)
            enter = std::max(enter, t);
        else
            leave = std::min(leave, t);
        return enter <= leave;
    };
    if (!edge(-dx, from.x - rect.left) || !edge(dx, rect.right() - from.x) || !edge(-dy, from.y - rect.top) ||
        !edge(dy, rect.bottom() - from.y))
        return std::nullopt;
    return std::pair{Spot{from.x + enter * dx, from.y + enter * dy},
                     Spot{from.x + leave * dx, from.y + leave * dy}};
}

Picture layout(const Scene& scene, const LayoutOptions& options) {
    Builder b{scene, options, {}, {}};
    b.picture.drawing.width = options.width;
    b.picture.drawing.height = options.height;
    b.picture.plot = b.picture.drawing.clip = draw_frame(scene, options, b.picture.drawing);
    draw_bands(b);
    draw_lines(b);
    draw_points(b);
    auto taken = occupied(b);
    for (const auto& line : b.lines) draw_line_label(b, taken, line);
    for (const auto& place : b.picture.points) draw_point_label(b, taken, place);
    return std::move(b.picture);
}

}  // namespace ridge::reports::plot
