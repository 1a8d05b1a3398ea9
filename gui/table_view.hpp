// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QSortFilterProxyModel>
#include <QTableView>

#include "gui/table_model.hpp"

namespace ridge::gui {

/// A sortable, read-only view of a reports::Table; Ctrl+C copies the selected rows with their header,
/// tab-separated.
class TableView : public QTableView {
    Q_OBJECT
  public:
    explicit TableView(const QString& name, QWidget* parent = nullptr);

    /// Another table; sorting stays, column widths follow the content of the first one that has some.
    void set_table(reports::Table table);
    [[nodiscard]] const reports::Table& table() const { return model_.table(); }
    [[nodiscard]] const TableModel& source() const { return model_; }

    /// Row of the table that is selected; -1 for none.
    [[nodiscard]] int selected_row() const;
    /// Selects a row of the table and scrolls to it; -1 selects nothing.
    void select_row(int row);
    [[nodiscard]] QString selected_text() const;

  signals:
    void row_selected(int row);

  protected:
    void keyPressEvent(QKeyEvent* event) override;

  private:
    void fit_columns();
    TableModel model_;
    QSortFilterProxyModel sorted_;
};

}  // namespace ridge::gui
