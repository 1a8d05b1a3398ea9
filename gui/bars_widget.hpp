// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QWidget>

#include "reports/plot/bars.hpp"

namespace ridge::gui {

/// Shows a chart of bars; pointing at a part shows its numbers. As high as the bars need.
class BarsWidget : public QWidget {
    Q_OBJECT
  public:
    explicit BarsWidget(QWidget* parent = nullptr);
    void set_chart(reports::plot::BarChart chart);
    [[nodiscard]] const reports::plot::BarChart& chart() const { return chart_; }
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }
    /// Rows of the part at a place; empty beside the bars.
    [[nodiscard]] QString text_at(QPointF at) const;

  protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    bool event(QEvent* event) override;

  private:
    reports::plot::BarChart chart_;
    reports::plot::Drawing drawing_;
};

}  // namespace ridge::gui
