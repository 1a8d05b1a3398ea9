// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QImage>
#include <QPainter>
#include <QPalette>
#include <QWidget>

#include "reports/plot/scene.hpp"
#include "reports/plot/theme.hpp"

namespace ridge::gui {

/// Draws what the SVG writer would write.
void paint(QPainter& painter, const reports::plot::Drawing& drawing, const reports::plot::Theme& theme);

/// Widths of texts in a font, for layouts of the screen.
[[nodiscard]] reports::plot::TextMeasure text_measure(const QFont& font);

/// Size and font of a widget, for the layout of a chart that fills it.
[[nodiscard]] reports::plot::LayoutOptions layout_options(const QWidget& widget);

/// Light or dark after the palette's window, with the palette's own colours for backgrounds and text.
[[nodiscard]] reports::plot::Theme theme_of(const QPalette& palette);

[[nodiscard]] QColor colour_of(const reports::plot::Theme& theme, reports::plot::Colour colour);

/// A drawing as a picture in the light theme, `scale` device pixels for each pixel.
[[nodiscard]] QImage picture_of(const reports::plot::Drawing& drawing, double scale, const QFont& font);

}  // namespace ridge::gui
