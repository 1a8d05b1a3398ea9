// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QPainter>

#include "reports/plot/scene.hpp"

namespace ridge::gui {

/// A ring around the point and a box with its rows beside it, inside `bounds`.
void paint_tooltip(QPainter& painter, const reports::plot::Point& point, QPointF at, const QRectF& bounds,
                   bool pinned, const reports::plot::Theme& theme);

}  // namespace ridge::gui
