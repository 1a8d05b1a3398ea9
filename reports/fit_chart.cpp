// SPDX-License-Identifier: Apache-2.0
#include "reports/fit_chart.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "core/units.hpp"

namespace ridge::reports {
namespace {

using cost_model::HeldOutPoint;
using namespace plot;

struct Style {
    Role colour;
    Shape shape;
    bool hollow;
};

// Seven colours (the eighth is that of lines), then the same hollow: fourteen groups look different, and
// every further one has its name at the pointer.
Style style_of(std::size_t series) {
    constexpr std::array colours = {Role::series_1, Role::series_2, Role::series_3, Role::series_4,
                                    Role::series_5, Role::series_6, Role::series_7};
    constexpr std::array shapes = {Shape::circle,        Shape::square,   Shape::triangle_up, Shape::diamond,
                                   Shape::triangle_down, Shape::pentagon, Shape::cross};
    const auto place = series % colours.size();
    return {colours[place], shapes[place], (series / colours.size()) % 2 == 1};
}

double relative_error(const HeldOutPoint& held_out) {
    return (held_out.predicted_s - held_out.measured_s) / held_out.measured_s;
}

Point point_of(const HeldOutPoint& held_out, const Style& style, std::size_t number) {
    Point point;
    point.id = "held-out:" + std::to_string(number);
    point.at = {held_out.measured_s, held_out.predicted_s};
    point.low = held_out.predicted_s * std::exp(-held_out.log_half_width);
    point.high = held_out.predicted_s * std::exp(held_out.log_half_width);
    point.colour = style.colour;
    point.shape = style.shape;
    point.hollow = style.hollow;
    const double error = relative_error(held_out);
    point.rows = {{"", held_out.call},
                  {"Implementation", held_out.implementation},
                  {"Cache", std::string(name(held_out.cache))},
                  {"Measured", quantity(held_out.measured_s, "s")},
                  {"Predicted", quantity(held_out.predicted_s, "s")},
                  {"Error", (error > 0 ? "+" : "") + percent(error)},
                  {"Bare roofline", quantity(held_out.roofline_s, "s")}};
    return point;
}

void add_groups(Scene& scene, const cost_model::KernelModel& model) {
    std::size_t series = 0;
    for (const auto& group : model.groups) {
        if (group.points.empty()) continue;
        const auto style = style_of(series++);
        scene.legend.push_back(
            {group.key.text(), LegendEntry::Mark::point, style.colour, style.shape, style.hollow});
        for (const auto& held_out : group.points)
            scene.points.push_back(point_of(held_out, style, scene.points.size() + 1));
    }
}

void set_axes(Scene& scene) {
    double low = std::numeric_limits<double>::infinity(), high = 0;
    for (const auto& point : scene.points) {
        low = std::min({low, point.at.x, point.at.y});
        high = std::max({high, point.at.x, point.at.y});
    }
    if (scene.points.empty()) low = 1e-6, high = 1;
    scene.x = rounded_outwards({"Measured time (s)", Scale::logarithmic, low / 1.5, high * 1.5, true});
    scene.y = scene.x;
    scene.y.title = "Predicted time (s)";
}

// predicted = factor · measured, from end to end of the range.
Line diagonal(const Axis& axis, double factor, const char* label, bool dashed) {
    Line line;
    line.id = "diagonal:" + std::string(label);
    line.label = label;
    line.from = {axis.low / 4, factor * axis.low / 4};
    line.to = {axis.high * 4, factor * axis.high * 4};
    line.colour = dashed ? Role::muted : Role::text;
    line.width = dashed ? 1.2 : 1.6;
    line.dashed = dashed;
    line.rows = {{"", label}};
    return line;
}

std::size_t within_factor_two(const std::vector<Point>& points) {
    return static_cast<std::size_t>(std::ranges::count_if(
        points, [](const Point& point) { return std::abs(std::log2(point.at.y / point.at.x)) <= 1; }));
}

}  // namespace

Scene fit_scene(const cost_model::KernelModel& model) {
    Scene scene;
    scene.title = "Measured and predicted time of calls that the fit did not see";
    add_groups(scene, model);
    set_axes(scene);
    scene.lines = {diagonal(scene.x, 1, "predicted = measured", false),
                   diagonal(scene.x, 2, "twice the measured time", true),
                   diagonal(scene.x, 0.5, "half the measured time", true)};
    scene.description =
        "Predicted over measured time of " + std::to_string(scene.points.size()) +
        " held-out calls on logarithmic axes; " + std::to_string(within_factor_two(scene.points)) +
        " of them are predicted within a factor of 2. Bars are the intervals that hold 80 % of "
        "left-out calls.";
    return scene;
}

}  // namespace ridge::reports
