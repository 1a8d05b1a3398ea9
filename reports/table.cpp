// SPDX-License-Identifier: Apache-2.0
#include "reports/table.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <ostream>

#include "core/error.hpp"
#include "core/text.hpp"

namespace ridge::reports {
namespace {

constexpr std::string_view absent = "–";

// Code points, good enough for the signs used here (×, µ, –), all one column wide.
std::size_t width(std::string_view text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string padded(std::string_view text, std::size_t to, bool right) {
    const std::string blanks(to - std::min(to, width(text)), ' ');
    return right ? blanks + std::string(text) : std::string(text) + blanks;
}

std::vector<std::size_t> column_widths(const Table& table) {
    std::vector<std::size_t> out;
    for (const auto* column : table.columns()) out.push_back(width(column->title));
    for (const auto& row : table.rows())
        for (std::size_t c = 0; c < row.size(); ++c) out[c] = std::max(out[c], width(row[c].text));
    return out;
}

template <typename TextOf>
std::string text_line(const Table& table, const std::vector<std::size_t>& widths, TextOf text_of) {
    std::string line;
    for (std::size_t c = 0; c < widths.size(); ++c)
        line += (c ? "  " : "") + padded(text_of(c), widths[c], table.columns()[c]->format != nullptr);
    line.erase(line.find_last_not_of(' ') + 1);
    return line;
}

std::string csv_value(const Json& value) {
    if (value.is_null()) return "";
    if (value.is_number()) return number_text(value.get<double>());
    return csv_field(value.get<std::string>());
}

std::string bound_of(const Cell& cell) { return cell.bound; }
std::string flag_of(const Cell& cell) { return cell.flagged ? csv_field(cell.note) : std::string(); }

struct CsvColumn {
    std::string id;
    std::size_t place;  // of the table's column
    std::string (*field)(const Cell& cell);
};

// The table's columns, each followed by what else some of its cells say.
std::vector<CsvColumn> csv_columns(const Table& table) {
    std::vector<CsvColumn> out;
    for (std::size_t c = 0; c < table.columns().size(); ++c) {
        const std::string id(table.columns()[c]->id);
        out.push_back({id, c, [](const Cell& cell) { return csv_value(cell.value); }});
        for (const auto& [suffix, field] : {std::pair("_bound", &bound_of), std::pair("_flag", &flag_of)})
            if (std::ranges::any_of(table.rows(), [&](const auto& row) { return !field(row[c]).empty(); }))
                out.push_back({id + suffix, c, field});
    }
    return out;
}

Json column_json(const Metric& column) {
    return {{"id", column.id},
            {"title", column.title},
            {"unit", column.unit},
            {"explanation", column.explanation}};
}

Json row_json(const Table& table, const std::vector<Cell>& row) {
    Json out = Json::object();
    for (std::size_t c = 0; c < row.size(); ++c) {
        const std::string id(table.columns()[c]->id);
        out[id] = row[c].value;
        const bool absent_value = row[c].value.is_null();
        if (!row[c].note.empty()) out[id + (absent_value ? "_reason" : "_note")] = row[c].note;
        if (!row[c].bound.empty()) out[id + "_bound"] = row[c].bound;
        if (!absent_value && row[c].flagged) out[id + "_flag"] = true;
    }
    return out;
}

bool is_set(const char* variable) {
    const char* value = std::getenv(variable);
    return value && *value;
}

}  // namespace

Table::Table(std::string id, std::string title, const std::vector<std::string_view>& ids)
    : id_(std::move(id)), title_(std::move(title)) {
    for (const auto& column_id : ids) columns_.push_back(&metric(column_id));
}

std::size_t Table::column(std::string_view id) const {
    const auto found = std::ranges::find(columns_, id, &Metric::id);
    if (found == columns_.end())
        throw Error(ExitCode::failed,
                    "internal: table '" + id_ + "' has no column '" + std::string(id) + "'");
    return static_cast<std::size_t>(found - columns_.begin());
}

Table Table::selected(const std::vector<std::string_view>& ids) const {
    Table out(id_, title_, ids);
    for (std::size_t row = 0; row < size(); ++row) {
        out.add_row();
        for (const auto wanted : ids) out.last(wanted) = at(row, wanted);
    }
    return out;
}

Table& Table::add_row() {
    rows_.emplace_back(
        columns_.size(),
        Cell{.value = {}, .text = std::string(absent), .note = {}, .flagged = false, .bound = {}});
    return *this;
}

Cell& Table::last(std::string_view id) { return rows_.back()[column(id)]; }

Table& Table::set(std::string_view id, double number) {
    if (!std::isfinite(number))
        throw Error(ExitCode::failed, "internal: table '" + id_ + "', column '" + std::string(id) +
                                          "' got a number that is not finite");
    auto& cell = last(id);
    cell.value = number;
    const auto format = columns_[column(id)]->format;
    cell.text = format ? format(number) : number_text(number);
    return *this;
}

Table& Table::set(std::string_view id, std::string text) {
    auto& cell = last(id);
    cell.text = text;
    cell.value = std::move(text);
    return *this;
}

Table& Table::missing(std::string_view id, std::string reason) {
    last(id) = {
        .value = {}, .text = std::string(absent), .note = std::move(reason), .flagged = false, .bound = {}};
    return *this;
}

Table& Table::shown_as(std::string_view id, std::string text) {
    last(id).text = std::move(text);
    return *this;
}

Table& Table::note(std::string_view id, std::string remark) {
    last(id).note = std::move(remark);
    return *this;
}

Table& Table::flag(std::string_view id, std::string remark) {
    last(id).flagged = true;
    return note(id, std::move(remark));
}

Table& Table::bound(std::string_view id, std::string_view sign, std::string remark) {
    auto& cell = last(id);
    if (cell.value.is_null()) return *this;
    cell.text = std::string(sign) + " " + cell.text;
    cell.bound = sign;
    cell.note = std::move(remark);
    return *this;
}

TableFormat parse_table_format(std::string_view word) {
    if (word == "table") return TableFormat::text;
    if (word == "json") return TableFormat::json;
    if (word == "csv") return TableFormat::csv;
    throw InputError("unknown format '" + std::string(word) + "'; known: table, json, csv");
}

std::string to_text(const Table& table, bool bold) {
    const auto widths = column_widths(table);
    const auto header = text_line(table, widths, [&](std::size_t c) { return table.columns()[c]->title; });
    std::string out = bold ? "\033[1m" + header + "\033[0m\n" : header + "\n";
    for (const auto& row : table.rows())
        out += text_line(table, widths, [&](std::size_t c) { return std::string_view(row[c].text); }) + "\n";
    return out;
}

std::string to_csv(const Table& table) {
    const auto columns = csv_columns(table);
    std::vector<std::string> fields;
    for (const auto& column : columns) fields.push_back(column.id);
    std::string out = join(fields, ",") + "\r\n";
    for (const auto& row : table.rows()) {
        fields.clear();
        for (const auto& column : columns) fields.push_back(column.field(row[column.place]));
        out += join(fields, ",") + "\r\n";
    }
    return out;
}

Json to_json(const Table& table) {
    Json columns = Json::array(), rows = Json::array();
    for (const auto* column : table.columns()) columns.push_back(column_json(*column));
    for (const auto& row : table.rows()) rows.push_back(row_json(table, row));
    return {{"table", table.id()}, {"title", table.title()}, {"columns", columns}, {"rows", rows}};
}

void write_tables(std::ostream& out, const std::vector<Table>& tables, TableFormat format, bool bold) {
    if (format == TableFormat::json) {
        Json all = Json::object();
        for (const auto& table : tables) all[table.id()] = to_json(table);
        out << all.dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
        return;
    }
    for (std::size_t i = 0; i < tables.size(); ++i) {
        if (i) out << (format == TableFormat::csv ? "\r\n" : "\n");
        if (format == TableFormat::csv)
            out << to_csv(tables[i]);
        else
            out << tables[i].title() << "\n\n" << to_text(tables[i], bold);
    }
}

bool colour_wanted(std::string_view mode, bool is_terminal) {
    if (mode == "always") return true;
    if (mode == "never") return false;
    if (mode != "auto")
        throw InputError("unknown colour mode '" + std::string(mode) + "'; known: auto, always, never");
    if (is_set("NO_COLOR")) return false;
    if (is_set("CLICOLOR_FORCE") && std::string_view(std::getenv("CLICOLOR_FORCE")) != "0") return true;
    const char* terminal = std::getenv("TERM");
    return is_terminal && terminal && std::string_view(terminal) != "dumb";
}

}  // namespace ridge::reports
