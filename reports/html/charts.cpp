// SPDX-License-Identifier: Apache-2.0
#include <map>

#include "reports/cost_chart.hpp"
#include "reports/fit_chart.hpp"
#include "reports/html/parts.hpp"
#include "reports/plot/scene.hpp"
#include "reports/svg.hpp"

namespace ridge::reports::html {
namespace {

using Tips = std::map<std::string, std::string>;

std::string figure(const std::string& id, const std::string& title, const std::string& description,
                   const plot::Drawing& drawing, const Tips& tips) {
    SvgOptions options;
    options.id = id;
    options.title = title;
    options.description = description;
    options.css_colours = true;
    options.tooltip = [&](const std::string& item) {
        const auto found = tips.find(item);
        return found == tips.end() ? std::string() : found->second;
    };
    return "<figure>" + to_svg(drawing, options) + "</figure>\n";
}

std::string scene_figure(const std::string& id, const plot::Scene& scene,
                         const plot::LayoutOptions& options) {
    Tips tips;
    for (const auto& point : scene.points) tips[point.id] = tooltip_text(point.rows);
    for (const auto& line : scene.lines) tips[line.id] = tooltip_text(line.rows);
    return figure(id, scene.title, scene.description, plot::layout(scene, options).drawing, tips);
}

}  // namespace

std::string roofline(const DeviceReport& device) {
    return scene_figure("roofline-" + device.device().id, roofline_of(device, device.calls),
                        {.width = 1100, .height = 620, .show_title = false});
}

std::string fit(const DeviceReport& device) {
    if (!device.model.kernels) return "";
    const auto scene = fit_scene(*device.model.kernels);
    if (scene.points.empty()) return "";
    return scene_figure("fit-chart-" + device.device().id, scene,
                        {.width = 1100, .height = 700, .show_title = false});
}

std::string breakdown(const std::vector<cost_model::TokenCost>& costs) {
    const auto chart = breakdown_chart(costs);
    if (chart.bars.empty()) return "";
    plot::LayoutOptions options{.width = 1100, .show_title = false};
    options.height = plot::bars_height(chart, options);
    Tips tips;
    for (const auto& bar : chart.bars)
        for (const auto& segment : bar.segments) tips[segment.id] = tooltip_text(segment.rows);
    return figure("breakdown", chart.title, chart.description, plot::layout_bars(chart, options), tips);
}

}  // namespace ridge::reports::html
