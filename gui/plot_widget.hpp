// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QPixmap>
#include <QRubberBand>
#include <QWidget>
#include <optional>

#include "gui/zoom_history.hpp"
#include "reports/plot/scene.hpp"

namespace ridge::gui {

/// Shows a scene. Wheel zooms at the pointer, dragging zooms into a rectangle, dragging with Shift or the
/// middle button moves; keys are in docs/window.md. The nearest point shows its numbers; a click pins them
/// and selects the point.
class PlotWidget : public QWidget {
    Q_OBJECT
  public:
    explicit PlotWidget(QWidget* parent = nullptr);

    /// Another scene; the zoom stays when the user has zoomed and `keep_zoom` is set.
    void set_scene(reports::plot::Scene scene, bool keep_zoom);
    /// The scene with the axes as they are seen now.
    [[nodiscard]] const reports::plot::Scene& scene() const { return scene_; }
    [[nodiscard]] const ZoomHistory& history() const { return history_; }

    /// Pins a point; an empty or unknown id unpins.
    void select(const QString& id);
    [[nodiscard]] QString selected() const;
    [[nodiscard]] QString hovered() const;
    /// Rows that are shown beside the hovered or pinned point; "name: value" lines.
    [[nodiscard]] QString shown_text() const;
    /// Where a point is in the widget; nothing when it is not seen.
    [[nodiscard]] std::optional<QPoint> place_of(const QString& id) const;

    /// What is seen, in the light theme.
    [[nodiscard]] QImage picture() const;
    [[nodiscard]] QString svg() const;

    [[nodiscard]] QSize sizeHint() const override { return {900, 520}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {360, 260}; }

  public slots:
    void zoom_in();
    void zoom_out();
    void reset_zoom();
    void undo_zoom();
    void redo_zoom();
    void copy_picture() const;

  signals:
    void selection_changed(const QString& id);
    void view_changed();

  protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool focusNextPrevChild(bool next) override;

  private:
    using Index = std::optional<std::size_t>;  // in Scene::points
    enum class Drag { none, rectangle, move };

    void relayout();
    void announce(Index index);
    void show_view(View view, bool merge);
    void zoom(double factor, QPointF at, bool merge);
    void pan(double share_x, double share_y, bool merge);
    void set_pinned(Index index, bool tell);
    void set_hovered(Index index);
    void finish_drag(QPointF at);
    [[nodiscard]] Index nearest(QPointF at, double within) const;
    [[nodiscard]] Index index_of(const QString& id) const;
    [[nodiscard]] QString id_of(Index index) const;
    [[nodiscard]] QPointF share_at(QPointF pixel) const;

    reports::plot::Scene scene_;
    reports::plot::Picture picture_;
    ZoomHistory history_;
    QPixmap cache_;  // the drawing without hover and selection
    Index hovered_, pinned_;
    Drag drag_ = Drag::none;
    bool drag_moved_ = false;
    QPointF drag_start_, drag_last_;
    QRubberBand* band_;
};

}  // namespace ridge::gui
