// SPDX-License-Identifier: Apache-2.0
#include "gui/table_view.hpp"

#include <QClipboard>
#include <QGuiApplication>
#include <QHeaderView>
#include <QKeyEvent>
#include <algorithm>

namespace ridge::gui {
namespace {

constexpr int widest_column = 400;  // pixels; the whole text is in the tooltip

}  // namespace

TableView::TableView(const QString& name, QWidget* parent) : QTableView(parent) {
    sorted_.setSourceModel(&model_);
    sorted_.setSortRole(Qt::UserRole);
    setModel(&sorted_);
    setAccessibleName(name);
    setSelectionBehavior(QAbstractItemView::SelectRows);
    setSelectionMode(QAbstractItemView::ExtendedSelection);
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    setAlternatingRowColors(true);
    setWordWrap(false);
    setTextElideMode(Qt::ElideMiddle);
    setTabKeyNavigation(false);
    verticalHeader()->hide();
    verticalHeader()->setDefaultSectionSize(QFontMetrics(font()).height() + 8);
    horizontalHeader()->setHighlightSections(false);
    connect(selectionModel(), &QItemSelectionModel::selectionChanged, this,
            [this] { emit row_selected(selected_row()); });
}

void TableView::set_table(reports::Table table) {
    const bool fitted = !model_.table().empty() && table.columns() == model_.table().columns();
    const bool sorted = isSortingEnabled();
    model_.set_table(std::move(table));
    if (!sorted) {
        horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder);
        setSortingEnabled(true);
    }
    if (!fitted) fit_columns();
}

void TableView::fit_columns() {
    resizeColumnsToContents();
    for (int column = 0; column < model_.columnCount(); ++column)
        setColumnWidth(column, std::min(columnWidth(column) + 8, widest_column));
}

int TableView::selected_row() const {
    const auto rows = selectionModel()->selectedRows();
    return rows.isEmpty() ? -1 : sorted_.mapToSource(rows.front()).row();
}

void TableView::select_row(int row) {
    if (row < 0 || row >= model_.rowCount()) return clearSelection();
    const auto index = sorted_.mapFromSource(model_.index(row, 0));
    if (row != selected_row()) selectRow(index.row());
    scrollTo(index);
}

QString TableView::selected_text() const {
    QStringList lines, header;
    for (int column = 0; column < model_.columnCount(); ++column)
        header << model_.headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
    lines << header.join('\t');
    for (const auto& row : selectionModel()->selectedRows()) {
        QStringList cells;
        for (int column = 0; column < model_.columnCount(); ++column)
            cells << sorted_.index(row.row(), column).data().toString();
        lines << cells.join('\t');
    }
    return lines.join('\n');
}

void TableView::keyPressEvent(QKeyEvent* event) {
    if (event->matches(QKeySequence::Copy))
        QGuiApplication::clipboard()->setText(selected_text());
    else
        QTableView::keyPressEvent(event);
}

}  // namespace ridge::gui
