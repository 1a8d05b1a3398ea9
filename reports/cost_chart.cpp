// SPDX-License-Identifier: Apache-2.0
#include "reports/cost_chart.hpp"

#include <algorithm>
#include <map>

#include "core/units.hpp"

namespace ridge::reports {
namespace {

using cost_model::PassCost;
using cost_model::TokenCost;

constexpr std::size_t most_series = 8;
constexpr const char* other = "other";

bool shown(const TokenCost& cost) { return cost.verdict == cost_model::Verdict::ok; }

// The roles by their largest share in any pass, the largest first; the rest goes into "other".
std::vector<std::string> series_of(const std::vector<TokenCost>& costs) {
    std::map<std::string, double> largest;
    for (const auto& cost : costs) {
        if (!shown(cost)) continue;
        for (const auto* pass : {&cost.prefill, &cost.decode})
            for (const auto& role : pass->roles)
                largest[role.role] = std::max(largest[role.role], role.share);
    }
    std::vector<std::pair<double, std::string>> order;
    for (const auto& [role, share] : largest) order.emplace_back(-share, role);
    std::ranges::sort(order);
    std::vector<std::string> out;
    for (const auto& [share, role] : order) out.push_back(role);
    if (out.size() > most_series) {
        out.resize(most_series - 1);
        out.emplace_back(other);
    }
    return out;
}

std::size_t place_in(const std::vector<std::string>& series, const std::string& role) {
    const auto found = std::ranges::find(series, role);
    return found == series.end() ? series.size() - 1 : static_cast<std::size_t>(found - series.begin());
}

plot::Segment segment_of(const std::string& bar, const std::string& role, std::size_t series, double seconds,
                         double share) {
    return {bar + ":" + role,
            seconds,
            series,
            {{"", bar + ", " + role}, {"Time in all", quantity(seconds, "s")}, {"Share", percent(share)}}};
}

Provenance provenance_of(const PassCost& pass) {
    if (pass.specified_share > 0) return Provenance::specified;
    return pass.predicted_share > 0 ? Provenance::predicted : Provenance::measured;
}

plot::Bar bar_of(const TokenCost& cost, const char* phase, const PassCost& pass,
                 const std::vector<std::string>& series) {
    const std::string label = cost.device + ", " + phase;
    std::vector<double> seconds(series.size(), 0.0);
    for (const auto& role : pass.roles) seconds[place_in(series, role.role)] += role.seconds;
    plot::Bar bar{label, quantity(pass.seconds, "s") + ", " + std::string(name(provenance_of(pass))), {}};
    for (std::size_t i = 0; i < series.size(); ++i)
        if (seconds[i] > 0)
            bar.segments.push_back(segment_of(label, series[i], i, seconds[i], seconds[i] / pass.seconds));
    return bar;
}

}  // namespace

plot::BarChart breakdown_chart(const std::vector<TokenCost>& costs) {
    plot::BarChart chart;
    chart.title = "Where the time goes";
    chart.series = series_of(costs);
    for (const auto& cost : costs) {
        if (!shown(cost)) continue;
        chart.bars.push_back(bar_of(cost, "prefill", cost.prefill, chart.series));
        chart.bars.push_back(bar_of(cost, "decode step", cost.decode, chart.series));
    }
    chart.description =
        "Share of time by role of the operator calls, for prefill and for one decode step of each device. "
        "The table of the breakdown has the same numbers.";
    return chart;
}

}  // namespace ridge::reports
