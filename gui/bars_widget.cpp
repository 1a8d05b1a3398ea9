// SPDX-License-Identifier: Apache-2.0
#include "gui/bars_widget.hpp"

#include <QHelpEvent>
#include <QPainter>
#include <QPolygonF>
#include <QToolTip>

#include "gui/plot_painter.hpp"
#include "gui/text.hpp"

namespace ridge::gui {
namespace {

using namespace reports::plot;

const Segment* find_segment(const BarChart& chart, const std::string& id) {
    for (const auto& bar : chart.bars)
        for (const auto& segment : bar.segments)
            if (segment.id == id) return &segment;
    return nullptr;
}

bool holds(const Path& path, QPointF at) {
    QPolygonF polygon;
    for (const auto& spot : path.points) polygon << QPointF(spot.x, spot.y);
    return polygon.containsPoint(at, Qt::OddEvenFill);
}

}  // namespace

BarsWidget::BarsWidget(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Where the time goes"));
}

void BarsWidget::set_chart(BarChart chart) {
    chart_ = std::move(chart);
    setAccessibleDescription(qt(chart_.description));
    drawing_ = layout_bars(chart_, layout_options(*this));
    updateGeometry();
    update();
}

QSize BarsWidget::sizeHint() const {
    auto options = layout_options(*this);
    options.width = std::max(options.width, 400.0);
    return {500, static_cast<int>(bars_height(chart_, options))};
}

QString BarsWidget::text_at(QPointF at) const {
    for (const auto& item : drawing_.items) {
        const auto* path = std::get_if<Path>(&item);
        if (!path || path->id.empty() || !holds(*path, at)) continue;
        if (const auto* segment = find_segment(chart_, path->id)) return qt(tooltip_text(segment->rows));
    }
    return {};
}

void BarsWidget::paintEvent(QPaintEvent* /*event*/) {
    QPainter painter(this);
    paint(painter, drawing_, theme_of(palette()));
}

void BarsWidget::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    drawing_ = layout_bars(chart_, layout_options(*this));
    updateGeometry();
}

bool BarsWidget::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip) return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    QToolTip::showText(help->globalPos(), text_at(help->pos()), this);
    return true;
}

}  // namespace ridge::gui
