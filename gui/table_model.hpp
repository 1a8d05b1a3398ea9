// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QAbstractTableModel>

#include "reports/table.hpp"

namespace ridge::gui {

/// A reports::Table for views. Qt::UserRole is what to sort by: the unrounded number or the text, nothing for
/// no value.
class TableModel : public QAbstractTableModel {
    Q_OBJECT
  public:
    using QAbstractTableModel::QAbstractTableModel;

    void set_table(reports::Table table);
    [[nodiscard]] const reports::Table& table() const { return table_; }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  private:
    reports::Table table_;
};

}  // namespace ridge::gui
