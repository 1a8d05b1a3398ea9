// SPDX-License-Identifier: Apache-2.0
#include "gui/plot_overlay.hpp"

#include <QFontMetricsF>
#include <algorithm>

#include "gui/plot_painter.hpp"
#include "gui/text.hpp"

namespace ridge::gui {
namespace {

using namespace reports::plot;

constexpr double padding = 9, column_gap = 12, offset = 16, widest_value = 420;

struct Row {
    QString name, value;
};

// The rows with values broken into lines of bearable width.
std::vector<Row> rows_of(const Point& point, const QFontMetricsF& metrics) {
    std::vector<Row> out;
    for (const auto& [name, value] : point.rows) {
        QString line, first = qt(name);
        for (const auto& word : qt(value).split(' ')) {
            if (!line.isEmpty() && metrics.horizontalAdvance(line + ' ' + word) > widest_value) {
                out.push_back({first, line});
                first = line = QString();
            }
            line += (line.isEmpty() ? "" : " ") + word;
        }
        out.push_back({first, line});
    }
    return out;
}

QRectF placed(QSizeF size, QPointF at, const QRectF& bounds) {
    QRectF box(at + QPointF(offset, offset), size);
    if (box.right() > bounds.right()) box.moveRight(at.x() - offset);
    if (box.bottom() > bounds.bottom()) box.moveBottom(bounds.bottom() - 4);
    if (box.left() < bounds.left()) box.moveLeft(bounds.left() + 4);
    if (box.top() < bounds.top()) box.moveTop(bounds.top() + 4);
    return box;
}

void paint_ring(QPainter& painter, QPointF at, const QColor& colour, bool pinned) {
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(colour, pinned ? 2.5 : 1.5));
    painter.drawEllipse(at, 11, 11);
}

}  // namespace

void paint_tooltip(QPainter& painter, const Point& point, QPointF at, const QRectF& bounds, bool pinned,
                   const Theme& theme) {
    painter.setRenderHint(QPainter::Antialiasing);
    paint_ring(painter, at, colour_of(theme, {Role::text}), pinned);
    const QFontMetricsF metrics(painter.font());
    const auto rows = rows_of(point, metrics);
    double names = 0, values = 0;
    for (const auto& row : rows) {
        if (!row.name.isEmpty()) names = std::max(names, metrics.horizontalAdvance(row.name));
        values = std::max(values, metrics.horizontalAdvance(row.value));
    }
    const double line = metrics.height() * 1.1;
    const auto box = placed(
        {names + column_gap + values + 2 * padding, line * static_cast<double>(rows.size()) + 2 * padding},
        at, bounds);
    QColor back = colour_of(theme, {Role::background});
    back.setAlphaF(0.96F);
    painter.setBrush(back);
    painter.setPen(QPen(colour_of(theme, {pinned ? Role::series_1 : Role::axis}), pinned ? 1.6 : 1));
    painter.drawRoundedRect(box, 5, 5);
    double y = box.top() + padding + metrics.ascent();
    for (std::size_t i = 0; i < rows.size(); ++i, y += line) {
        const bool heading = i == 0 && rows[i].name.isEmpty();
        painter.setPen(colour_of(theme, {Role::muted}));
        painter.drawText(QPointF(box.left() + padding, y), rows[i].name);
        painter.setPen(colour_of(theme, {Role::text}));
        painter.drawText(QPointF(box.left() + padding + (heading ? 0 : names + column_gap), y),
                         rows[i].value);
    }
}

}  // namespace ridge::gui
