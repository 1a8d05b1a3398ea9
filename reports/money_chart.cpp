// SPDX-License-Identifier: Apache-2.0
#include "reports/money_chart.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "core/units.hpp"

namespace ridge::reports {
namespace {

using cost_model::HourlyCost;
using namespace plot;

std::string amount(double usd, const MoneyView& view) { return in_currency(usd, view.currency); }

Bar hour_bar(const cost_model::TokenCost& cost, const MoneyView& view) {
    const auto& hour = *cost.money.hour;
    Bar bar{cost.device, amount(hour.total(), view) + " an hour, " + std::string(cost.money.price->term), {}};
    const auto parts = hour_parts();
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const double usd = hour.*parts[i].member;
        if (usd <= 0) continue;
        bar.segments.push_back({cost.device + ":" + parts[i].title,
                                usd,
                                i,
                                {{"", cost.device + ", " + parts[i].title},
                                 {"In an hour", amount(usd, view)},
                                 {"Share", percent(usd / hour.total())}}});
    }
    return bar;
}

constexpr double least_months = 12, most_months = 120;

double shown_months(const BreakEvenCase& one) {
    return std::clamp(1.5 * one.even.months.value_or(most_months), least_months, most_months);
}

Line spending(const char* id, const std::string& label, double at_once, double per_month, double months,
              Role colour, const MoneyView& view) {
    Line line{id, label, {0, at_once * view.currency.per_usd}, {}, colour, 2.2, false, {}};
    line.to = {months, (at_once + per_month * months) * view.currency.per_usd};
    line.rows = {{"", label}, {"At once", amount(at_once, view)}, {"A month", amount(per_month, view)}};
    return line;
}

}  // namespace

BarChart hour_chart(const std::vector<cost_model::TokenCost>& costs, const MoneyView& view) {
    BarChart chart;
    chart.title = "What an hour of a device costs";
    for (const auto& part : hour_parts()) chart.series.emplace_back(part.title);
    for (const auto& cost : costs)
        if (cost.money.hour && cost.money.hour->total() > 0) chart.bars.push_back(hour_bar(cost, view));
    chart.description =
        "Share of each part in the cost of an hour of a device. The table of the hour has the "
        "same numbers.";
    return chart;
}

Scene break_even_scene(const BreakEvenCase& one, const MoneyView& view) {
    const double months = shown_months(one);
    const auto& even = one.even;
    Scene scene;
    scene.title = "Buying " + one.bought + " against renting " + one.rented;
    scene.lines = {
        spending("buy", "buy " + one.bought, even.spent_at_once_usd, even.running_usd_per_month, months,
                 Role::series_1, view),
        spending("rent", "rent " + one.rented, 0, even.rent_usd_per_month, months, Role::series_2, view)};
    const double top = std::max(scene.lines[0].to.y, scene.lines[1].to.y);
    scene.x = rounded_outwards({"Months", Scale::linear, 0, months, false});
    scene.y = rounded_outwards({"Spent (" + view.currency.currency + ")", Scale::linear, 0, top, false});
    if (even.months && *even.months <= months) {
        Point point;
        point.id = "even";
        point.label = "1";
        point.at = {*even.months, even.rent_usd_per_month * *even.months * view.currency.per_usd};
        point.low = point.high = point.at.y;
        point.rows = {{"", "break-even"}, {"Months", significant(*even.months)}};
        scene.points.push_back(point);
    }
    scene.description = scene.title + ": money spent over the months, without interest. Break-even after " +
                        (even.months ? significant(*even.months) + " months." : "no time at all.");
    return scene;
}

}  // namespace ridge::reports
