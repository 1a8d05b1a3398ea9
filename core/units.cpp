// SPDX-License-Identifier: Apache-2.0
#include "core/units.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "core/text.hpp"

namespace ridge {
namespace {

std::string fixed(double value, int decimals) {
    char buffer[352];
    const auto result =
        std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed, decimals);
    return std::string(buffer, result.ptr);
}

int decimals_for(double value, int digits) {
    if (value == 0) return 0;
    return std::max(0, digits - 1 - static_cast<int>(std::floor(std::log10(std::abs(value)))));
}

double rounded_to(double value, double decimals) {
    const double scale = std::pow(10.0, decimals);
    return std::isfinite(scale) && scale > 0 ? std::round(value * scale) / scale : value;
}

double decimals_of(double value, int digits) { return digits - 1 - std::floor(std::log10(std::abs(value))); }

double rounded(double value, int digits) {
    return value == 0 ? 0 : rounded_to(value, decimals_of(value, digits));
}

// Digits before the point are never rounded away: 1234, not 1230.
double rounded_after_point(double value, int digits) {
    return value == 0 ? 0 : rounded_to(value, std::max(0.0, decimals_of(value, digits)));
}

}  // namespace

std::string significant(double value, int digits) {
    if (!std::isfinite(value)) return number_text(value);
    const double shown = rounded_after_point(value, digits);
    return fixed(shown, decimals_for(shown, digits));
}

std::string quantity(double value, std::string_view unit) {
    static constexpr std::array<std::string_view, 9> prefixes = {"p", "n", "µ", "m", "", "k", "M", "G", "T"};
    static constexpr std::array<std::string_view, 3> large = {"P", "E", "Z"};
    if (!std::isfinite(value)) return number_text(value) + " " + std::string(unit);
    const double shown = rounded(value, 3);
    int step = shown == 0 ? 0 : static_cast<int>(std::floor(std::log10(std::abs(shown)) / 3.0 + 1e-12));
    step = std::clamp(step, -4, 7);
    const auto prefix =
        step <= 4 ? prefixes[static_cast<std::size_t>(step + 4)] : large[static_cast<std::size_t>(step - 5)];
    return significant(shown / std::pow(1000.0, step), 3) + " " + std::string(prefix) + std::string(unit);
}

std::string capacity(double bytes) {
    static constexpr std::array<std::string_view, 6> units = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    std::size_t step = 0;
    while (std::abs(rounded_after_point(bytes, 3)) >= 1024.0 && step + 1 < units.size())
        bytes /= 1024.0, ++step;
    return significant(bytes, 3) + " " + std::string(units[step]);
}

std::string percent(double share, int decimals) { return fixed(share * 100.0, decimals) + " %"; }

}  // namespace ridge
