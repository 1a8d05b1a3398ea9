// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <QAbstractItemModelTester>
#include <QFile>
#include <QRegularExpression>
#include <QTest>

#include "gui/keys.hpp"
#include "gui/table_view.hpp"
#include "gui/zoom_history.hpp"

namespace ridge::gui {
namespace {

reports::Table table() {
    reports::Table out("t", "T", {"call", "time_s", "roof_share"});
    out.add_row().set("call", "b").set("time_s", 2e-3).set("roof_share", 1.2).flag("roof_share", "above");
    out.add_row().set("call", "a").set("time_s", 1e-3).missing("roof_share", "no roof");
    out.add_row().set("call", "c").set("time_s", 30e-6).set("roof_share", 0.5);
    return out;
}

TEST(TableModel, KeepsTheRulesOfModels) {
    TableModel model;
    const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    model.set_table(table());
    EXPECT_EQ(model.rowCount(), 3);
    model.set_table({});
    EXPECT_EQ(model.columnCount(), 0);
}

TEST(TableModel, ShowsTextsReasonsAndExplanations) {
    TableModel model;
    model.set_table(table());
    EXPECT_EQ(model.data(model.index(0, 1), Qt::DisplayRole), "2.00 ms");
    EXPECT_EQ(model.data(model.index(0, 1), Qt::UserRole), 2e-3);
    EXPECT_EQ(model.data(model.index(0, 2), Qt::DisplayRole), QString::fromUtf8("⚠ 120.0 %"));
    EXPECT_TRUE(model.data(model.index(1, 2), Qt::ToolTipRole).toString().contains("no roof"));
    EXPECT_FALSE(model.data(model.index(1, 2), Qt::UserRole).isValid());
    EXPECT_TRUE(model.headerData(1, Qt::Horizontal, Qt::ToolTipRole).toString().contains("Median time"));
}

TEST(TableView, SortsByNumbersAndKeepsSelectionOfTheRow) {
    TableView view("calls");
    view.set_table(table());
    view.select_row(2);
    view.sortByColumn(1, Qt::AscendingOrder);
    EXPECT_EQ(view.model()->index(0, 1).data(), QString::fromUtf8("30.0 µs"));
    EXPECT_EQ(view.selected_row(), 2);
    EXPECT_TRUE(view.selected_text().startsWith("Call\tTime\tOf roof\nc\t"));
}

TEST(ZoomHistory, GoesBackAndForth) {
    ZoomHistory history;
    const auto view = [](double high) {
        return View{{"", reports::plot::Scale::linear, 0, high, false}, {}};
    };
    history.start(view(10));
    EXPECT_FALSE(history.can_undo());
    history.push(view(5));
    history.push(view(4), true);
    EXPECT_EQ(history.current().x.high, 4);
    history.undo();
    EXPECT_EQ(history.current().x.high, 10);
    history.redo();
    EXPECT_EQ(history.current().x.high, 4);
    history.undo();
    history.push(view(7));
    EXPECT_FALSE(history.can_redo());
}

TEST(Keys, SheetAndDocumentationSayTheSame) {
    QFile file(RIDGE_SOURCE_DIR "/docs/window.md");
    ASSERT_TRUE(file.open(QIODevice::ReadOnly));
    const QString document = file.readAll();
    static const QRegularExpression row("<tr><td><b>(.*?)</b></td><td>(.*?)</td></tr>");
    int rows = 0;
    for (auto it = row.globalMatch(keys_sheet()); it.hasNext(); ++rows) {
        const auto match = it.next();
        EXPECT_TRUE(document.contains("| " + match.captured(1) + " | " + match.captured(2) + " |"))
            << match.captured(1).toStdString();
    }
    EXPECT_GT(rows, 10);
}

}  // namespace
}  // namespace ridge::gui
