// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/statistics.hpp"

namespace ridge::cost_model {

/// A number with what its sources say of it. Where they disagree, or a source gives a range, `range` is wider
/// than the value; low = value = high where it is exact.
struct Figure {
    double value = 0;
    Interval range{};
    std::string date;    ///< ISO 8601, as exact as known; empty when undated
    std::string source;  ///< empty for a number that needs none

    Figure() = default;
    Figure(double exact) : value(exact), range{exact, exact} {}  // NOLINT: a plain number is a figure
    Figure(double the_value, Interval the_range, std::string the_date = {}, std::string the_source = {})
        : value(the_value), range(the_range), date(std::move(the_date)), source(std::move(the_source)) {}

    [[nodiscard]] bool exact() const { return range.low == range.high; }
    [[nodiscard]] Figure scaled(double factor) const {
        return {value * factor, {range.low * factor, range.high * factor}, date, source};
    }
};

/// What a kind of figure may be, for a complaint that says what would be right.
struct FigureLimits {
    std::string_view unit;  ///< as the catalogue and complaints write it: "USD/kWh"
    double low = 0, high = 0;
    std::string_view hint;  ///< what a value out of these limits mostly is: "cents?"
};

/// Of a unit of the catalogue; throws Error for an unknown one (a defect of the caller).
[[nodiscard]] const FigureLimits& figure_limits(std::string_view unit);
[[nodiscard]] std::vector<std::string_view> figure_units();

/// Throws InputError "<what> is 9, should be …" unless all of the figure is finite, within the limits of its
/// unit, and low ≤ value ≤ high.
void check(const Figure& figure, std::string_view unit, const std::string& what);

}  // namespace ridge::cost_model
