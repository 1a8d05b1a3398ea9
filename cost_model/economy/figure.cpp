// SPDX-License-Identifier: Apache-2.0
#include "cost_model/economy/figure.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/error.hpp"
#include "core/text.hpp"

namespace ridge::cost_model {
namespace {

// Wide enough for every figure that was met, narrow enough to catch a wrong unit: cents for dollars, percent
// for shares, kilograms for grams, months for years.
constexpr auto limits = std::to_array<FigureLimits>({
    {"USD/h", 0, 1e5, "a price for one device and hour"},
    {"USD", 10, 1e8, "a price for one device, in dollars and not in thousands of them"},
    {"USD/kWh", 0, 5, "a price in a currency's main unit, not in cents or for a MWh"},
    {"facility/computers", 1, 5, "power of the facility over power of its computers"},
    {"gCO2/kWh", 0, 2000, "grams for a kWh"},
    {"USD/kW/month", 0, 5000, "a price for a kW and month"},
    {"USD/year", 0, 1e7, "an amount for a device and year"},
    {"years", 0.05, 50, "years, not months"},
    {"1/year", 0, 1, "a share for a year: 8 % is 0.08"},
    {"share", 0, 1, "a share: 60 % is 0.6"},
    {"ratio", 0, 10, "a multiple of the device's own"},
    {"utilisation", 0.001, 1, "a share of the hours that are paid: 60 % is 0.6"},
    {"1/user/day", 0, 1e6, "requests of one user in a day"},
    {"1/person", 1, 1e6, "servers that one person looks after"},
    {"1/server", 1, 1024, "devices in a server"},
});

}  // namespace

std::vector<std::string_view> figure_units() {
    std::vector<std::string_view> out;
    for (const auto& one : limits) out.push_back(one.unit);
    return out;
}

const FigureLimits& figure_limits(std::string_view unit) {
    const auto found = std::ranges::find(limits, unit, &FigureLimits::unit);
    if (found == limits.end())
        throw Error(ExitCode::failed, "internal: no limits for the unit '" + std::string(unit) + "'");
    return *found;
}

void check(const Figure& figure, std::string_view unit, const std::string& what) {
    const auto& allowed = figure_limits(unit);
    for (const double number : {figure.value, figure.range.low, figure.range.high})
        if (!std::isfinite(number) || number < allowed.low || number > allowed.high)
            throw InputError(what + " is " + number_text(number) + ", should be between " +
                             number_text(allowed.low) + " and " + number_text(allowed.high) + " (" +
                             std::string(allowed.hint) + ")");
    if (figure.range.low > figure.value || figure.value > figure.range.high)
        throw InputError(what + " is " + number_text(figure.value) + " in " + number_text(figure.range.low) +
                         " to " + number_text(figure.range.high) + ", should be low ≤ value ≤ high");
}

}  // namespace ridge::cost_model
