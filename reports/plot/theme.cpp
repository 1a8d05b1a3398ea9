// SPDX-License-Identifier: Apache-2.0
#include "reports/plot/theme.hpp"

#include <algorithm>
#include <cmath>

namespace ridge::reports::plot {
namespace {

// Order: background, surface, text, muted, grid, axis, warning, series 1 to 8.
constexpr Theme light = {"light",
                         {0xffffff, 0xffffff, 0x1b1f24, 0x57606a, 0xe4e7eb, 0x8c959f, 0xc1121f, 0x0072b2,
                          0xd55e00, 0x00835f, 0xb5519a, 0xb67b00, 0x2b8cc4, 0x5f5f00, 0x444a52}};
constexpr Theme dark = {"dark",
                        {0x12161c, 0x171c23, 0xe8ebef, 0xa2abb6, 0x2b323c, 0x6f7a87, 0xff6b6b, 0x56b4e9,
                         0xff8c42, 0x2bc29a, 0xe195c2, 0xe9b23d, 0x8fb8ff, 0xf0e442, 0xc3cad3}};

constexpr std::array<std::string_view, role_count> role_names = {
    "background", "surface",  "text",     "muted",    "grid",     "axis",     "warning", "series-1",
    "series-2",   "series-3", "series-4", "series-5", "series-6", "series-7", "series-8"};

double linear(std::uint32_t channel) {
    const double c = static_cast<double>(channel) / 255.0;
    return c <= 0.03928 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
}

double luminance(std::uint32_t rgb) {
    return 0.2126 * linear(rgb >> 16U & 255U) + 0.7152 * linear(rgb >> 8U & 255U) +
           0.0722 * linear(rgb & 255U);
}

}  // namespace

const Theme& light_theme() { return light; }
const Theme& dark_theme() { return dark; }

std::string_view role_name(Role role) { return role_names[static_cast<std::size_t>(role)]; }

std::string hex(std::uint32_t rgb) {
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string out = "#";
    for (int shift = 20; shift >= 0; shift -= 4) out += digits[rgb >> static_cast<unsigned>(shift) & 15U];
    return out;
}

double contrast(std::uint32_t a, std::uint32_t b) {
    const double first = luminance(a) + 0.05, second = luminance(b) + 0.05;
    return std::max(first, second) / std::min(first, second);
}

}  // namespace ridge::reports::plot
