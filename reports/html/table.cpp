// SPDX-License-Identifier: Apache-2.0
#include "core/text.hpp"
#include "reports/html/parts.hpp"
#include "reports/svg.hpp"

namespace ridge::reports::html {
namespace {

std::string header_cell(const Metric& column) {
    const std::string kind = column.format ? " class=\"n\"" : "";
    return "<th scope=\"col\"" + kind + " aria-sort=\"none\"><button type=\"button\" title=\"" +
           escaped(column.explanation) + "\">" + escaped(column.title) + "</button></th>";
}

std::string value_attribute(const Cell& cell) {
    if (cell.value.is_null()) return "";
    const auto value =
        cell.value.is_number() ? number_text(cell.value.get<double>()) : cell.value.get<std::string>();
    return " data-v=\"" + escaped(value) + "\"";
}

std::string body_cell(const Metric& column, const Cell& cell) {
    std::string kind = column.format ? "n" : "";
    if (cell.flagged) kind += " flagged";
    if (cell.value.is_null()) kind += " none";
    const auto note = cell.note.empty() ? "" : " title=\"" + escaped(cell.note) + "\"";
    const auto text =
        column.id == "provenance" && !cell.value.is_null() ? provenance_mark(cell.text) : escaped(cell.text);
    return "<td" + (kind.empty() ? "" : " class=\"" + kind + "\"") + value_attribute(cell) + note + ">" +
           text + "</td>";
}

std::string row_begin(const std::vector<Cell>& row, const std::string& prefix) {
    return prefix.empty() ? "<tr>" : "<tr data-point=\"" + prefix + escaped(row.front().text) + "\">";
}

}  // namespace

std::string table(const Table& table, const std::string& csv_file, const std::string& row_prefix) {
    std::string out = "<div class=\"scroll\" tabindex=\"0\"><table id=\"" + escaped(csv_file) +
                      "\">\n<caption>" + escaped(table.title()) + " <a href=\"" + escaped(csv_file) +
                      ".csv\" download>CSV</a></caption>\n<thead><tr>";
    for (const auto* column : table.columns()) out += header_cell(*column);
    out += "</tr></thead>\n<tbody>\n";
    for (const auto& row : table.rows()) {
        out += row_begin(row, row_prefix);
        for (std::size_t c = 0; c < row.size(); ++c) out += body_cell(*table.columns()[c], row[c]);
        out += "</tr>\n";
    }
    return out + "</tbody></table></div>\n";
}

std::string provenance_mark(std::string_view word) {
    return "<span class=\"mark " + escaped(word) + "\">" + escaped(word) + "</span>";
}

}  // namespace ridge::reports::html
