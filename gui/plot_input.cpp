// SPDX-License-Identifier: Apache-2.0
// Pointer and keys of the chart.
#include <QKeyEvent>
#include <QMouseEvent>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

#include "gui/plot_widget.hpp"

namespace ridge::gui {
namespace {

using namespace reports::plot;

constexpr double pick_distance = 18;  // pixels
constexpr double drag_distance = 5;   // pixels a press may wander and still be a click
constexpr double pan_step = 0.1;      // of the visible range for each arrow key

struct ArrowKey {
    int key;
    double x, y;
};
constexpr ArrowKey arrows[] = {{Qt::Key_Left, -pan_step, 0},
                               {Qt::Key_Right, pan_step, 0},
                               {Qt::Key_Up, 0, pan_step},
                               {Qt::Key_Down, 0, -pan_step}};

}  // namespace

void PlotWidget::wheelEvent(QWheelEvent* event) {
    const double notches = event->angleDelta().y() / 120.0;
    if (notches != 0) zoom(std::pow(1.2, notches), event->position(), event->phase() == Qt::ScrollUpdate);
    event->accept();
}

void PlotWidget::mousePressEvent(QMouseEvent* event) {
    drag_start_ = drag_last_ = event->position();
    drag_moved_ = false;
    const bool move = event->button() == Qt::MiddleButton || (event->modifiers() & Qt::ShiftModifier);
    drag_ = move ? Drag::move : event->button() == Qt::LeftButton ? Drag::rectangle : Drag::none;
}

void PlotWidget::mouseMoveEvent(QMouseEvent* event) {
    const QPointF at = event->position();
    if (drag_ == Drag::none) {
        set_hovered(nearest(at, pick_distance));
        return;
    }
    if (!drag_moved_ && (at - drag_start_).manhattanLength() < drag_distance) return;
    if (drag_ == Drag::move) {
        const auto step = at - drag_last_;
        pan(-step.x() / picture_.plot.width, step.y() / picture_.plot.height, drag_moved_);
        drag_last_ = at;
    } else {
        band_->setGeometry(QRectF(drag_start_, at).normalized().toRect());
        band_->show();
    }
    drag_moved_ = true;
}

void PlotWidget::mouseReleaseEvent(QMouseEvent* event) {
    const auto drag = drag_;
    drag_ = Drag::none;
    band_->hide();
    if (!drag_moved_ && event->button() == Qt::LeftButton)
        set_pinned(nearest(event->position(), pick_distance), true);
    else if (drag == Drag::rectangle && drag_moved_)
        finish_drag(event->position());
}

void PlotWidget::finish_drag(QPointF at) {
    const auto area = QRectF(drag_start_, at).normalized();
    if (area.width() < drag_distance || area.height() < drag_distance) return;
    const auto first = share_at(area.bottomLeft()), second = share_at(area.topRight());
    show_view({cut(scene_.x, first.x(), second.x()), cut(scene_.y, first.y(), second.y())}, false);
}

void PlotWidget::mouseDoubleClickEvent(QMouseEvent* event) {
    if (!nearest(event->position(), pick_distance)) reset_zoom();
}

void PlotWidget::leaveEvent(QEvent* /*event*/) { set_hovered(std::nullopt); }

void PlotWidget::keyPressEvent(QKeyEvent* event) {
    const auto arrow = std::ranges::find(arrows, event->key(), &ArrowKey::key);
    if (arrow != std::end(arrows)) return pan(arrow->x, arrow->y, event->isAutoRepeat());
    if (event->matches(QKeySequence::Copy)) return copy_picture();
    if (event->matches(QKeySequence::Undo)) return undo_zoom();
    if (event->matches(QKeySequence::Redo)) return redo_zoom();
    switch (event->key()) {
        case Qt::Key_Plus:
        case Qt::Key_Equal:
            return zoom_in();
        case Qt::Key_Minus:
            return zoom_out();
        case Qt::Key_0:
            return reset_zoom();
        case Qt::Key_Return:
        case Qt::Key_Enter:
        case Qt::Key_Space:
            return set_pinned(hovered_, true);
        case Qt::Key_Escape:
            return set_pinned(std::nullopt, true);
        default:
            QWidget::keyPressEvent(event);
    }
}

// Tab goes from point to point, in order of their numbers, and leaves the chart after the last.
bool PlotWidget::focusNextPrevChild(bool next) {
    auto seen = picture_.points;
    std::ranges::sort(seen, {}, &Picture::Place::index);
    const auto present =
        std::ranges::find_if(seen, [&](const auto& place) { return hovered_ && place.index == *hovered_; });
    const auto position = present == seen.end() ? (next ? -1 : std::ssize(seen)) : present - seen.begin();
    const auto wanted = position + (next ? 1 : -1);
    if (wanted < 0 || wanted >= std::ssize(seen)) {
        set_hovered(std::nullopt);
        return QWidget::focusNextPrevChild(next);
    }
    set_hovered(seen[static_cast<std::size_t>(wanted)].index);
    return true;
}

}  // namespace ridge::gui
