// SPDX-License-Identifier: Apache-2.0
#include "gui/plot_widget.hpp"

#include <gtest/gtest.h>

#include <QGuiApplication>
#include <QSignalSpy>
#include <QTest>
#include <QWheelEvent>

#include "gui/plot_painter.hpp"
#include "reports/fixture.hpp"
#include "reports/plot/roofline.hpp"

namespace ridge::gui {
namespace {

using namespace reports::plot;

Scene scene() {
    const auto roofs = fixture::roofs();
    return roofline_scene(
        {"Fixture CPU", roofs, reports::call_results(fixture::records(), fixture::model())});
}

class PlotWidgetTest : public testing::Test {
  protected:
    void SetUp() override {
        plot_.resize(1000, 620);
        plot_.set_scene(scene(), false);
        plot_.show();
        static_cast<void>(QTest::qWaitForWindowExposed(&plot_));
    }
    void wheel(QPoint at, int notches) {
        QWheelEvent event(at, plot_.mapToGlobal(at), {}, {0, 120 * notches}, Qt::NoButton, Qt::NoModifier,
                          Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(&plot_, &event);
    }
    double span() const { return std::log10(plot_.scene().x.high / plot_.scene().x.low); }
    PlotWidget plot_;
};

TEST_F(PlotWidgetTest, WheelZoomsAndUndoGoesBack) {
    const double whole = span();
    const auto at = plot_.place_of("call:1").value();
    wheel(at, 2);
    EXPECT_NEAR(span(), whole / 1.44, 1e-6);
    EXPECT_NEAR(plot_.place_of("call:1").value().x(), at.x(), 1.5) << "the point under the pointer moved";
    QTest::keyClick(&plot_, Qt::Key_Z, Qt::ControlModifier);
    EXPECT_NEAR(span(), whole, 1e-9);
    QTest::keyClick(&plot_, Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
    EXPECT_NEAR(span(), whole / 1.44, 1e-6);
    QTest::keyClick(&plot_, Qt::Key_0);
    EXPECT_NEAR(span(), whole, 1e-9);
}

TEST_F(PlotWidgetTest, DragZoomsIntoTheRectangleAndShiftDragMoves) {
    const double whole = span();
    const double low = plot_.scene().x.low;
    QTest::mousePress(&plot_, Qt::LeftButton, {}, {300, 200});
    QTest::mouseMove(&plot_, {400, 300});
    QTest::mouseMove(&plot_, {600, 400});
    QTest::mouseRelease(&plot_, Qt::LeftButton, {}, {600, 400});
    EXPECT_LT(span(), 0.5 * whole);
    EXPECT_GT(plot_.scene().x.low, low);
    plot_.undo_zoom();
    QMouseEvent press(QEvent::MouseButtonPress, QPointF(300, 300), plot_.mapToGlobal(QPointF(300, 300)),
                      Qt::LeftButton, Qt::LeftButton, Qt::ShiftModifier);
    QMouseEvent move(QEvent::MouseMove, QPointF(400, 300), plot_.mapToGlobal(QPointF(400, 300)),
                     Qt::LeftButton, Qt::LeftButton, Qt::ShiftModifier);
    QCoreApplication::sendEvent(&plot_, &press);
    QCoreApplication::sendEvent(&plot_, &move);
    EXPECT_NEAR(span(), whole, 1e-9);
    EXPECT_LT(plot_.scene().x.low, low);
}

TEST_F(PlotWidgetTest, PointingNamesTheNearestPoint) {
    const auto at = plot_.place_of("call:31").value();
    QTest::mouseMove(&plot_, at + QPoint(3, -2));
    EXPECT_EQ(plot_.hovered(), "call:31");
    EXPECT_TRUE(plot_.shown_text().startsWith("#31  stream")) << plot_.shown_text().toStdString();
    for (const char* word :
         {"Performance: ", "Of roof: ", "95 % interval: ", "Limited by: memory", "Provenance: measured"})
        EXPECT_TRUE(plot_.shown_text().contains(word)) << word << "\n" << plot_.shown_text().toStdString();
    EXPECT_EQ(plot_.accessibleDescription(), plot_.shown_text());
    QTest::mouseMove(&plot_, {120, plot_.height() / 4});
    EXPECT_EQ(plot_.hovered(), "");
}

TEST_F(PlotWidgetTest, ClickPinsAndEscapeLetsGo) {
    QSignalSpy spy(&plot_, &PlotWidget::selection_changed);
    QTest::mouseClick(&plot_, Qt::LeftButton, {}, plot_.place_of("call:31").value());
    EXPECT_EQ(plot_.selected(), "call:31");
    EXPECT_EQ(spy.count(), 1);
    QTest::keyClick(&plot_, Qt::Key_Escape);
    EXPECT_EQ(plot_.selected(), "");
    EXPECT_EQ(spy.count(), 2);
}

TEST_F(PlotWidgetTest, TabGoesThroughThePointsAndKeysMove) {
    plot_.setFocus();
    QTest::keyClick(&plot_, Qt::Key_Tab);
    const auto first = plot_.hovered();
    QTest::keyClick(&plot_, Qt::Key_Tab);
    EXPECT_NE(plot_.hovered(), first);
    EXPECT_FALSE(plot_.hovered().isEmpty());
    QTest::keyClick(&plot_, Qt::Key_Tab, Qt::ShiftModifier);
    EXPECT_EQ(plot_.hovered(), first);
    QTest::keyClick(&plot_, Qt::Key_Return);
    EXPECT_EQ(plot_.selected(), first);
    const double low = plot_.scene().x.low;
    QTest::keyClick(&plot_, Qt::Key_Right);
    EXPECT_GT(plot_.scene().x.low, low);
    QTest::keyClick(&plot_, Qt::Key_Plus);
    EXPECT_EQ(plot_.history().can_undo(), true);
}

TEST_F(PlotWidgetTest, ZoomAndSelectionSurviveNewData) {
    plot_.select("call:31");
    plot_.zoom_in();
    const auto before = plot_.scene().x;
    plot_.set_scene(scene(), true);
    EXPECT_EQ(plot_.scene().x.low, before.low);
    EXPECT_EQ(plot_.selected(), "call:31");
    plot_.set_scene(scene(), false);
    EXPECT_LT(plot_.scene().x.low, before.low);
}

TEST_F(PlotWidgetTest, PaintsPointsInTheirColourInBothPalettes) {
    for (const bool dark : {false, true}) {
        QPalette palette;
        palette.setColor(QPalette::Window, dark ? QColor(30, 30, 30) : QColor(245, 245, 245));
        palette.setColor(QPalette::Base, dark ? QColor(20, 20, 20) : QColor(Qt::white));
        palette.setColor(QPalette::Text, dark ? QColor(Qt::white) : QColor(Qt::black));
        plot_.setPalette(palette);
        const auto image = plot_.grab().toImage();
        const auto at = plot_.place_of("call:31").value();
        const auto theme = theme_of(palette);
        EXPECT_EQ(image.pixelColor(at), colour_of(theme, {style_of(Precision::fp32).colour}));
        EXPECT_EQ(image.pixelColor(4, plot_.height() / 8), palette.color(QPalette::Base));
    }
}

TEST_F(PlotWidgetTest, ExportsWhatIsSeen) {
    EXPECT_EQ(plot_.picture().width(), 2 * plot_.width());
    EXPECT_TRUE(plot_.svg().startsWith("<svg "));
    EXPECT_TRUE(plot_.svg().contains("Roofline of Fixture CPU"));
}

}  // namespace
}  // namespace ridge::gui
