// SPDX-License-Identifier: Apache-2.0
#include "reports/pareto_chart.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/units.hpp"
#include "reports/svg.hpp"

namespace ridge::reports {
namespace {

using plot::Role;
using plot::Shape;

constexpr std::size_t styles = 8;  // beyond them devices share colour and shape, and are told by their labels
constexpr Shape shapes[styles] = {Shape::circle,        Shape::square,   Shape::diamond, Shape::triangle_up,
                                  Shape::triangle_down, Shape::pentagon, Shape::cross,   Shape::plus};

Role colour_of(std::size_t device) {
    return static_cast<Role>(static_cast<int>(Role::series_1) + static_cast<int>(device % styles));
}

std::vector<SweepRow> front_of(const std::vector<SweepRow>& rows) {
    std::vector<SweepRow> front;
    std::ranges::copy_if(rows, std::back_inserter(front), &SweepRow::on_device_front);
    std::ranges::sort(front, {}, [](const auto& row) { return row.cell.tokens_per_s_user; });
    return front;
}

std::size_t place_of(std::vector<std::string>& devices, const std::string& device) {
    const auto found = std::ranges::find(devices, device);
    if (found != devices.end()) return static_cast<std::size_t>(found - devices.begin());
    devices.push_back(device);
    return devices.size() - 1;
}

plot::Point point_of(const SweepRow& row, std::size_t number, std::size_t device) {
    plot::Point point;
    point.id = "combination-" + std::to_string(number);
    point.label = std::to_string(number);
    point.at = {row.cell.tokens_per_s_user, row.cell.tokens_per_s_device};
    point.low = point.high = point.at.y;
    point.colour = colour_of(device);
    point.shape = shapes[device % styles];
    point.rows = {{"", row.device + " " + row.parallelism + ", " + row.model},
                  {"Weights", row.weights},
                  {"Batch", std::to_string(row.batch)},
                  {"Per user", significant(row.cell.tokens_per_s_user) + " tok/s"},
                  {"Per device", significant(row.cell.tokens_per_s_device) + " tok/s"}};
    return point;
}

plot::Axis axis_of(const char* title, double low, double high) {
    return plot::rounded_outwards({title, plot::Scale::logarithmic, low * 0.9, high * 1.1});
}

}  // namespace

plot::Scene pareto_chart(const std::vector<SweepRow>& rows) {
    const auto front = front_of(rows);
    if (front.empty())
        throw InputError("no combination of the sweep fits, so that there is no front to draw");
    plot::Scene scene;
    scene.title = "Speed for a user against output of a device";
    scene.description =
        "Combinations that no other one beats in both; the table of the sweep has the numbers.";
    scene.x = axis_of("Tokens/s per user", front.front().cell.tokens_per_s_user,
                      front.back().cell.tokens_per_s_user);
    scene.y = axis_of("Tokens/s per device", front.back().cell.tokens_per_s_device,
                      front.front().cell.tokens_per_s_device);
    std::vector<std::string> devices;
    for (const auto& row : front)
        scene.points.push_back(point_of(row, scene.points.size() + 1, place_of(devices, row.device)));
    for (std::size_t i = 0; i < devices.size(); ++i)
        scene.legend.push_back(
            {devices[i], plot::LegendEntry::Mark::point, colour_of(i), shapes[i % styles]});
    return scene;
}

std::string pareto_svg(const std::vector<SweepRow>& rows) {
    const auto scene = pareto_chart(rows);
    SvgOptions options;
    options.title = scene.title;
    options.description = scene.description;
    options.tooltip = [&scene](const std::string& id) {
        const auto found = std::ranges::find(scene.points, id, &plot::Point::id);
        return found == scene.points.end() ? std::string() : plot::tooltip_text(found->rows);
    };
    return to_svg(plot::layout(scene, {}).drawing, options);
}

}  // namespace ridge::reports
