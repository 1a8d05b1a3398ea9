// SPDX-License-Identifier: Apache-2.0
#include <map>

#include "reports/cost_chart.hpp"
#include "reports/fit_chart.hpp"
#include "reports/html/parts.hpp"
#include "reports/money_chart.hpp"
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

std::string bars_figure(const std::string& id, const plot::BarChart& chart) {
    if (chart.bars.empty()) return "";
    plot::LayoutOptions options{.width = 1100, .show_title = false};
    options.height = plot::bars_height(chart, options);
    Tips tips;
    for (const auto& bar : chart.bars)
        for (const auto& segment : bar.segments) tips[segment.id] = tooltip_text(segment.rows);
    return figure(id, chart.title, chart.description, plot::layout_bars(chart, options), tips);
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
    return bars_figure("breakdown", breakdown_chart(costs));
}

std::string hour(const ReportInput& input) {
    return bars_figure("hour-chart", hour_chart(input.costs, input.money));
}

std::string break_evens(const ReportInput& input) {
    std::string out;
    for (std::size_t i = 0; i < input.break_evens.size(); ++i)
        out +=
            scene_figure("break-even-" + std::to_string(i + 1),
                         break_even_scene(input.break_evens[i], input.money), {.width = 1100, .height = 340});
    return out;
}

}  // namespace ridge::reports::html
