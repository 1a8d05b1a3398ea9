// SPDX-License-Identifier: Apache-2.0
#include "gui/plot_widget.hpp"

#include <QAccessible>
#include <QClipboard>
#include <QGuiApplication>
#include <QPaintEvent>
#include <QPainter>
#include <algorithm>
#include <cmath>

#include "gui/plot_overlay.hpp"
#include "gui/plot_painter.hpp"
#include "gui/text.hpp"
#include "reports/svg.hpp"

namespace ridge::gui {
namespace {

using namespace reports::plot;

QPointF pixel(Spot spot) { return {spot.x, spot.y}; }

}  // namespace

PlotWidget::PlotWidget(QWidget* parent)
    : QWidget(parent), band_(new QRubberBand(QRubberBand::Rectangle, this)) {
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setCursor(Qt::CrossCursor);
    setAccessibleName(tr("Chart"));
}

void PlotWidget::set_scene(Scene scene, bool keep_zoom) {
    const auto pinned = selected();
    scene_ = std::move(scene);
    const View whole{scene_.x, scene_.y};
    if (keep_zoom && history_.zoomed()) {
        history_.replace_whole(whole);
        scene_.x = history_.current().x;
        scene_.y = history_.current().y;
    } else {
        history_.start(whole);
    }
    hovered_.reset();
    pinned_ = index_of(pinned);
    setAccessibleName(qt(scene_.title));
    setAccessibleDescription(qt(scene_.description));
    relayout();
    emit view_changed();
}

void PlotWidget::relayout() {
    picture_ = reports::plot::layout(scene_, layout_options(*this));
    cache_ = QPixmap();
    update();
}

PlotWidget::Index PlotWidget::index_of(const QString& id) const {
    const auto found = std::ranges::find(scene_.points, id.toStdString(), &Point::id);
    if (id.isEmpty() || found == scene_.points.end()) return std::nullopt;
    return static_cast<std::size_t>(found - scene_.points.begin());
}

QString PlotWidget::id_of(Index index) const { return index ? qt(scene_.points[*index].id) : QString(); }
QString PlotWidget::selected() const { return id_of(pinned_); }
QString PlotWidget::hovered() const { return id_of(hovered_); }

QString PlotWidget::shown_text() const {
    const auto index = hovered_ ? hovered_ : pinned_;
    return index ? qt(tooltip_text(scene_.points[*index].rows)) : QString();
}

std::optional<QPoint> PlotWidget::place_of(const QString& id) const {
    const auto index = index_of(id);
    const auto found = std::ranges::find_if(
        picture_.points, [&](const auto& place) { return index && place.index == *index; });
    if (found == picture_.points.end()) return std::nullopt;
    return pixel(found->at).toPoint();
}

PlotWidget::Index PlotWidget::nearest(QPointF at, double within) const {
    Index best;
    for (const auto& place : picture_.points) {
        const double distance = std::hypot(place.at.x - at.x(), place.at.y - at.y());
        if (distance <= within) best = place.index, within = distance;
    }
    return best;
}

void PlotWidget::select(const QString& id) { set_pinned(index_of(id), false); }

void PlotWidget::set_pinned(Index index, bool tell) {
    if (index == pinned_) return;
    pinned_ = index;
    announce(index);
    if (tell) emit selection_changed(selected());
    update();
}

void PlotWidget::set_hovered(Index index) {
    if (index == hovered_) return;
    hovered_ = index;
    announce(index);
    update();
}

void PlotWidget::announce(Index index) {
    setAccessibleDescription(qt(index ? tooltip_text(scene_.points[*index].rows) : scene_.description));
    QAccessibleEvent event(this, QAccessible::DescriptionChanged);
    QAccessible::updateAccessibility(&event);
}

void PlotWidget::show_view(View view, bool merge) {
    history_.push(view, merge);
    scene_.x = std::move(view.x);
    scene_.y = std::move(view.y);
    relayout();
    emit view_changed();
}

QPointF PlotWidget::share_at(QPointF at) const {
    const auto& plot = picture_.plot;
    return {(at.x() - plot.left) / plot.width, (plot.bottom() - at.y()) / plot.height};
}

void PlotWidget::zoom(double factor, QPointF at, bool merge) {
    const auto share = share_at(at);
    show_view({zoomed(scene_.x, share.x(), factor), zoomed(scene_.y, share.y(), factor)}, merge);
}

void PlotWidget::pan(double share_x, double share_y, bool merge) {
    show_view({panned(scene_.x, share_x), panned(scene_.y, share_y)}, merge);
}

void PlotWidget::zoom_in() {
    const auto& plot = picture_.plot;
    zoom(1.5, {plot.left + plot.width / 2, plot.top + plot.height / 2}, false);
}

void PlotWidget::zoom_out() {
    const auto& plot = picture_.plot;
    zoom(1 / 1.5, {plot.left + plot.width / 2, plot.top + plot.height / 2}, false);
}

void PlotWidget::reset_zoom() {
    if (history_.zoomed()) show_view(history_.whole(), false);
}

void PlotWidget::undo_zoom() {
    history_.undo();
    scene_.x = history_.current().x;
    scene_.y = history_.current().y;
    relayout();
    emit view_changed();
}

void PlotWidget::redo_zoom() {
    history_.redo();
    scene_.x = history_.current().x;
    scene_.y = history_.current().y;
    relayout();
    emit view_changed();
}

QImage PlotWidget::picture() const { return picture_of(picture_.drawing, 2.0, font()); }

QString PlotWidget::svg() const {
    reports::SvgOptions options;
    options.title = scene_.title;
    options.description = scene_.description;
    return qt(reports::to_svg(picture_.drawing, options));
}

void PlotWidget::copy_picture() const { QGuiApplication::clipboard()->setImage(picture()); }

void PlotWidget::paintEvent(QPaintEvent* /*event*/) {
    const auto theme = theme_of(palette());
    if (cache_.isNull()) {
        cache_ = QPixmap(size() * devicePixelRatioF());
        cache_.setDevicePixelRatio(devicePixelRatioF());
        QPainter painter(&cache_);
        painter.setFont(font());
        paint(painter, picture_.drawing, theme);
    }
    QPainter painter(this);
    painter.drawPixmap(0, 0, cache_);
    const auto shown = [&](Index index, bool pinned) {
        const auto at = place_of(id_of(index));
        if (at) paint_tooltip(painter, scene_.points[*index], *at, rect(), pinned, theme);
    };
    if (pinned_ && pinned_ != hovered_) shown(pinned_, true);
    if (hovered_) shown(hovered_, hovered_ == pinned_);
    if (!hasFocus()) return;
    painter.setPen(QPen(palette().color(QPalette::Highlight), 1.5));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(rect().adjusted(1, 1, -2, -2));
}

void PlotWidget::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    relayout();
}

void PlotWidget::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) relayout();
    QWidget::changeEvent(event);
}

}  // namespace ridge::gui
