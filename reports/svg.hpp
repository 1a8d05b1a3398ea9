// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "reports/plot/drawing.hpp"

namespace ridge::reports {

struct SvgOptions {
    std::string id = "chart";                  ///< prefix of the ids inside, unique in a page
    std::string title = {}, description = {};  ///< read by screen readers
    /// Colours as CSS custom properties ("var(--series-1)") for a page that defines them, or as a theme's
    /// values.
    bool css_colours = false;
    const plot::Theme* theme = &plot::light_theme();
    /// Text of an item's tooltip by its id; empty for none.
    std::function<std::string(const std::string& id)> tooltip = {};
};

/// A self-contained SVG 1.1 document of a drawing: no script, no reference outside, <title> and <desc> for
/// the whole and a <title> for each point and line.
[[nodiscard]] std::string to_svg(const plot::Drawing& drawing, const SvgOptions& options);

/// &, <, >, " and ' as entities; control characters left out.
[[nodiscard]] std::string escaped(std::string_view text);

}  // namespace ridge::reports
