// SPDX-License-Identifier: Apache-2.0
#include "gui/table_model.hpp"

#include <QGuiApplication>
#include <QPalette>

#include "gui/plot_painter.hpp"
#include "gui/text.hpp"

namespace ridge::gui {
namespace {

QVariant sort_key(const reports::Cell& cell) {
    if (cell.value.is_number()) return cell.value.get<double>();
    if (cell.value.is_string()) return qt(cell.value.get<std::string>());
    return {};
}

QVariant foreground(const reports::Cell& cell) {
    using reports::plot::Role;
    const auto theme = theme_of(QGuiApplication::palette());
    if (cell.flagged) return colour_of(theme, {Role::warning});
    if (cell.value.is_null()) return colour_of(theme, {Role::muted});
    return {};
}

QVariant alignment(bool number) {
    return QVariant::fromValue((number ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
}

// A tooltip as rich text, so that long sentences wrap.
QVariant wrapped(std::string_view text) {
    if (text.empty()) return {};
    return "<qt>" + qt(text).toHtmlEscaped() + "</qt>";
}

}  // namespace

void TableModel::set_table(reports::Table table) {
    beginResetModel();
    table_ = std::move(table);
    endResetModel();
}

int TableModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(table_.rows().size());
}

int TableModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(table_.columns().size());
}

QVariant TableModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const auto column = static_cast<std::size_t>(index.column());
    const auto& cell = table_.rows()[static_cast<std::size_t>(index.row())][column];
    switch (role) {
        case Qt::DisplayRole:
            return qt(cell.flagged ? "⚠ " + cell.text : cell.text);
        case Qt::UserRole:
            return sort_key(cell);
        case Qt::ToolTipRole:
            return wrapped(cell.note.empty() ? cell.text : cell.note);
        case Qt::ForegroundRole:
            return foreground(cell);
        case Qt::TextAlignmentRole:
            return alignment(table_.columns()[column]->format != nullptr);
        default:
            return {};
    }
}

QVariant TableModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation == Qt::Vertical) return role == Qt::DisplayRole ? QVariant(section + 1) : QVariant();
    if (section < 0 || section >= columnCount()) return {};
    const auto& column = *table_.columns()[static_cast<std::size_t>(section)];
    switch (role) {
        case Qt::DisplayRole:
            return qt(column.title);
        case Qt::ToolTipRole:
            return wrapped(column.explanation);
        case Qt::TextAlignmentRole:
            return alignment(column.format != nullptr);
        default:
            return {};
    }
}

}  // namespace ridge::gui
