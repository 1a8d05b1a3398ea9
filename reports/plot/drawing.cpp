// SPDX-License-Identifier: Apache-2.0
#include "reports/plot/drawing.hpp"

#include <array>
#include <cmath>
#include <numbers>

namespace ridge::reports::plot {
namespace {

std::vector<Spot> polygon(int corners, double turn_degrees, double radius) {
    std::vector<Spot> out;
    for (int i = 0; i < corners; ++i) {
        const double angle = (turn_degrees + 360.0 * i / corners) * std::numbers::pi / 180.0;
        out.push_back({radius * std::cos(angle), radius * std::sin(angle)});
    }
    return out;
}

std::vector<Spot> turned(const std::vector<Spot>& spots, double degrees) {
    const double c = std::cos(degrees * std::numbers::pi / 180.0),
                 s = std::sin(degrees * std::numbers::pi / 180.0);
    std::vector<Spot> out;
    for (const auto& spot : spots) out.push_back({c * spot.x - s * spot.y, s * spot.x + c * spot.y});
    return out;
}

std::vector<Spot> plus_outline() {
    constexpr double arm = 0.36, tip = 1.15;
    return {{-arm, -tip}, {arm, -tip}, {arm, -arm}, {tip, -arm}, {tip, arm},   {arm, arm},
            {arm, tip},   {-arm, tip}, {-arm, arm}, {-tip, arm}, {-tip, -arm}, {-arm, -arm}};
}

// In units of the font size; measured roughly on DejaVu Sans and Helvetica, the larger of the two.
double letter_width(unsigned char c) {
    constexpr std::string_view narrow = "ijlI.,:;|!'`()[] ft/-";
    constexpr std::string_view wide = "mwMW@%";
    if (narrow.find(static_cast<char>(c)) != std::string_view::npos) return 0.36;
    if (wide.find(static_cast<char>(c)) != std::string_view::npos) return 0.92;
    if (c >= 'A' && c <= 'Z') return 0.70;
    return 0.60;
}

}  // namespace

double estimated_width(std::string_view text, double size) {
    double total = 0;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte & 0xC0U) != 0x80U) total += letter_width(byte);
    }
    return total * size;
}

// The radii make the shapes look equally large: each covers about the area of the circle.
const std::vector<Spot>& outline(Shape shape) {
    static const std::array<std::vector<Spot>, 8> outlines = {
        std::vector<Spot>{},  polygon(4, 45, 1.22),  polygon(4, 0, 1.30),        polygon(3, -90, 1.40),
        polygon(3, 90, 1.40), polygon(5, -90, 1.15), turned(plus_outline(), 45), plus_outline()};
    return outlines[static_cast<std::size_t>(shape)];
}

}  // namespace ridge::reports::plot
