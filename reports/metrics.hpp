// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace ridge::reports {

/// One quantity that is shown somewhere. The registry drives table columns, CSV headers, JSON keys, tooltips
/// and the glossary, so that a word or a unit is decided once.
struct Metric {
    std::string_view id;     ///< CSV header and JSON key; ends with the unit where there is one: "time_s"
    std::string_view title;  ///< column header for people
    std::string_view unit;   ///< SI unit of the unrounded value; empty for texts, counts and ratios
    std::string (*format)(double);  ///< how people read the number; nullptr for a text
    std::string_view explanation;   ///< one sentence for tooltips and the glossary
};

[[nodiscard]] std::span<const Metric> metrics();

/// Throws Error for an id that is not in the registry (a defect of the caller).
[[nodiscard]] const Metric& metric(std::string_view id);

}  // namespace ridge::reports
