// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace ridge::reports::plot {

/// What a colour is for. Drawings speak of roles; a theme says what they look like.
enum class Role {
    background,
    surface,
    text,
    muted,
    grid,
    axis,
    warning,
    series_1,
    series_2,
    series_3,
    series_4,
    series_5,
    series_6,
    series_7,
    series_8,
};
inline constexpr std::size_t role_count = 15;

/// Shapes tell series apart besides colour.
enum class Shape { circle, square, diamond, triangle_up, triangle_down, pentagon, cross, plus };

/// A colour of a role at an opacity in [0, 1].
struct Colour {
    Role role = Role::text;
    double opacity = 1.0;
    bool operator==(const Colour&) const = default;
};

/// sRGB, 0xRRGGBB for each role.
struct Theme {
    std::string_view name;
    std::array<std::uint32_t, role_count> rgb;
    [[nodiscard]] std::uint32_t of(Role role) const { return rgb[static_cast<std::size_t>(role)]; }
};

/// The eight series are the colours of Okabe and Ito ("Color Universal Design", 2008), which people with a
/// colour-vision deficiency can tell apart; darkened or lightened where the contrast with the background
/// would fall below 3:1.
[[nodiscard]] const Theme& light_theme();
[[nodiscard]] const Theme& dark_theme();

[[nodiscard]] std::string_view role_name(Role role);              ///< "series-1": used in CSS
[[nodiscard]] std::string hex(std::uint32_t rgb);                 ///< "#0072b2"
[[nodiscard]] double contrast(std::uint32_t a, std::uint32_t b);  ///< WCAG 2.1 contrast ratio, 1 … 21

}  // namespace ridge::reports::plot
