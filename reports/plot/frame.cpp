// SPDX-License-Identifier: Apache-2.0
#include "reports/plot/frame.hpp"

#include <algorithm>
#include <cmath>

namespace ridge::reports::plot {
namespace {

constexpr double gap = 8.0;           // pixels between things that belong together
constexpr double legend_mark = 26.0;  // pixels for the mark before a legend's text

struct Frame {
    const Scene& scene;
    const LayoutOptions& options;
    Drawing& drawing;
    [[nodiscard]] double size() const { return options.font_size; }
    [[nodiscard]] double measure(const std::string& text) const { return options.measure(text, size()); }
};

double draw_title(const Frame& frame, double top) {
    if (!frame.options.show_title || frame.scene.title.empty()) return top;
    const double size = frame.size() * 1.25;
    frame.drawing.items.push_back(Text{
        {2 * gap, top + size * 0.7}, frame.scene.title, size, {Role::text}, Anchor::start, 0, true, false});
    return top + size * 1.4 + gap;
}

void draw_legend_mark(const Frame& frame, const LegendEntry& entry, Spot at) {
    auto& items = frame.drawing.items;
    const Spot from = {at.x, at.y}, to = {at.x + 18, at.y}, middle = {at.x + 9, at.y};
    using Mark = LegendEntry::Mark;
    switch (entry.mark) {
        case Mark::point:
            items.push_back(Marker{entry.shape, middle, 5, {entry.colour}, entry.hollow, false, ""});
            return;
        case Mark::ring:
            items.push_back(Marker{entry.shape, middle, 3.5, {entry.colour}, entry.hollow, true, ""});
            return;
        case Mark::band:
            items.push_back(Path{{{from.x, at.y - 5}, {to.x, at.y - 5}, {to.x, at.y + 5}, {from.x, at.y + 5}},
                                 true,
                                 Colour{entry.colour, 0.22},
                                 std::nullopt,
                                 1,
                                 false,
                                 false,
                                 ""});
            return;
        case Mark::line:
        case Mark::dashed:
            items.push_back(Path{{from, to},
                                 false,
                                 std::nullopt,
                                 Colour{entry.colour},
                                 2,
                                 entry.mark == Mark::dashed,
                                 false,
                                 ""});
    }
}

// Entries in rows as wide as the picture.
double draw_legend(const Frame& frame, double top) {
    if (frame.scene.legend.empty()) return top;
    const double row = frame.size() * 1.6;
    double x = 2 * gap, y = top + row / 2;
    for (const auto& entry : frame.scene.legend) {
        const double width = legend_mark + frame.measure(entry.text) + 2 * gap;
        if (x + width > frame.options.width && x > 2 * gap) x = 2 * gap, y += row;
        draw_legend_mark(frame, entry, {x, y});
        frame.drawing.items.push_back(Text{
            {x + legend_mark, y}, entry.text, frame.size(), {Role::text}, Anchor::start, 0, false, false});
        x += width;
    }
    return y + row / 2 + gap;
}

double widest(const Frame& frame, const std::vector<Tick>& marks) {
    double out = 0;
    for (const auto& tick : marks) out = std::max(out, frame.measure(tick.label));
    return out;
}

void add_line(Drawing& drawing, Spot from, Spot to, Role role, double opacity) {
    drawing.items.push_back(
        Path{{from, to}, false, std::nullopt, Colour{role, opacity}, 1, false, false, ""});
}

void draw_x_ticks(const Frame& frame, const Rect& plot, const std::vector<Tick>& marks) {
    double free_from = plot.left - 1e9;
    for (const auto& tick : marks) {
        const double x = plot.left + to_unit(frame.scene.x, tick.value) * plot.width;
        add_line(frame.drawing, {x, plot.top}, {x, plot.bottom()}, Role::grid, tick.major() ? 1.0 : 0.5);
        const double half = frame.measure(tick.label) / 2;
        if (!tick.major() || x - half < free_from) continue;
        free_from = x + half + gap;
        frame.drawing.items.push_back(Text{{x, plot.bottom() + frame.size() * 1.1},
                                           tick.label,
                                           frame.size(),
                                           {Role::muted},
                                           Anchor::middle,
                                           0,
                                           false,
                                           false});
    }
}

void draw_y_ticks(const Frame& frame, const Rect& plot, const std::vector<Tick>& marks) {
    double free_below = plot.bottom() + 1e9;
    for (const auto& tick : marks) {
        const double y = plot.bottom() - to_unit(frame.scene.y, tick.value) * plot.height;
        add_line(frame.drawing, {plot.left, y}, {plot.right(), y}, Role::grid, tick.major() ? 1.0 : 0.5);
        if (!tick.major() || y + frame.size() * 0.6 > free_below) continue;
        free_below = y - frame.size() * 0.6;
        frame.drawing.items.push_back(Text{
            {plot.left - gap, y}, tick.label, frame.size(), {Role::muted}, Anchor::end, 0, false, false});
    }
}

void draw_axis_titles(const Frame& frame, const Rect& plot) {
    auto& items = frame.drawing.items;
    items.push_back(Text{{plot.left + plot.width / 2, plot.bottom() + frame.size() * 2.7},
                         frame.scene.x.title,
                         frame.size(),
                         {Role::text},
                         Anchor::middle,
                         0,
                         false,
                         false});
    items.push_back(Text{{gap + frame.size() * 0.6, plot.top + plot.height / 2},
                         frame.scene.y.title,
                         frame.size(),
                         {Role::text},
                         Anchor::middle,
                         -90,
                         false,
                         false});
}

int wanted_ticks(double pixels, double pixels_each) {
    return std::max(2, static_cast<int>(pixels / pixels_each));
}

}  // namespace

Rect draw_frame(const Scene& scene, const LayoutOptions& options, Drawing& drawing) {
    const Frame frame{scene, options, drawing};
    const double top = draw_legend(frame, draw_title(frame, gap)) + gap;
    const double bottom = options.height - frame.size() * 3.6;
    const double height = std::max(40.0, bottom - top);
    const auto y_ticks = ticks(scene.y, wanted_ticks(height, 46));
    const double left = gap + frame.size() * 1.6 + widest(frame, y_ticks) + gap;
    const int x_wanted = wanted_ticks(options.width - left, 90);
    // Half of a label may stand beyond the end of the axis.
    const double right = std::max(2 * gap, widest(frame, ticks(scene.x, x_wanted)) / 2 + gap);
    const Rect plot = {left, top, std::max(40.0, options.width - left - right), height};
    drawing.items.push_back(Path{{{plot.left, plot.top},
                                  {plot.right(), plot.top},
                                  {plot.right(), plot.bottom()},
                                  {plot.left, plot.bottom()}},
                                 true,
                                 Colour{Role::surface},
                                 std::nullopt,
                                 1,
                                 false,
                                 false,
                                 ""});
    draw_x_ticks(frame, plot, ticks(scene.x, x_wanted));
    draw_y_ticks(frame, plot, y_ticks);
    add_line(drawing, {plot.left, plot.bottom()}, {plot.right(), plot.bottom()}, Role::axis, 1);
    add_line(drawing, {plot.left, plot.top}, {plot.left, plot.bottom()}, Role::axis, 1);
    draw_axis_titles(frame, plot);
    return plot;
}

}  // namespace ridge::reports::plot
