// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/json.hpp"
#include "reports/metrics.hpp"

namespace ridge::reports {

/// What stands in one place of a table: the unrounded value for files and sorting, the text for people.
struct Cell {
    Json value;            ///< number in SI units, text, or null where there is none
    std::string text;      ///< as shown
    std::string note;      ///< for a null value: the reason; else a remark for a tooltip
    bool flagged = false;  ///< deserves a warning colour, e.g. above a measured roof
    std::string bound;     ///< "≤" or "≥" where the number is a bound, else empty
};

/// Rows of cells under columns from the registry of metrics. The same table is printed, drawn in the report
/// and the window, and written as CSV and JSON: what is shown is what is exported.
class Table {
  public:
    Table() = default;
    /// `ids` are metric ids; throws Error for an unknown one.
    Table(std::string id, std::string title, const std::vector<std::string_view>& ids);

    const std::string& id() const { return id_; }
    const std::string& title() const { return title_; }
    void set_title(std::string title) { title_ = std::move(title); }
    const std::vector<const Metric*>& columns() const { return columns_; }
    const std::vector<std::vector<Cell>>& rows() const& { return rows_; }
    void rows() && = delete;  // a loop over a temporary table's rows would read what is gone
    std::size_t size() const { return rows_.size(); }
    bool empty() const { return rows_.empty(); }

    /// Index of a column; throws Error when the table has no such metric.
    [[nodiscard]] std::size_t column(std::string_view id) const;
    [[nodiscard]] const Cell& at(std::size_t row, std::string_view id) const {
        return rows_[row][column(id)];
    }
    /// The same rows with these columns only.
    [[nodiscard]] Table selected(const std::vector<std::string_view>& ids) const;

    /// A new row of empty cells; fill it with set().
    Table& add_row();
    /// Set a cell of the last row. A number has to be finite (Error).
    Table& set(std::string_view id, double number);
    Table& set(std::string_view id, std::string text);
    Table& missing(std::string_view id, std::string reason);
    /// Another text for a number than its metric's, e.g. with the unit of this row.
    Table& shown_as(std::string_view id, std::string text);
    Table& note(std::string_view id, std::string remark);
    Table& flag(std::string_view id, std::string remark);
    /// Puts a sign like "≤" before the text of a number that is a bound, with the reason as its note.
    Table& bound(std::string_view id, std::string_view sign, std::string remark);

  private:
    Cell& last(std::string_view id);
    std::string id_, title_;
    std::vector<const Metric*> columns_;
    std::vector<std::vector<Cell>> rows_;
};

enum class TableFormat { text, json, csv };

/// "table", "json" or "csv"; throws InputError naming them.
[[nodiscard]] TableFormat parse_table_format(std::string_view word);

/// Aligned columns; numbers to the right. `bold` puts the header in bold by an ANSI sequence; nothing else is
/// coloured.
[[nodiscard]] std::string to_text(const Table& table, bool bold = false);
/// RFC 4180 with a header of metric ids; numbers unrounded in SI units. A column in which some number is a
/// bound is followed by "<id>_bound" ("≤", "≥" or empty), one in which some value is flagged by "<id>_flag"
/// (the reason for the flag, or empty).
[[nodiscard]] std::string to_csv(const Table& table);
/// {"table": id, "title": …, "columns": [{id, title, unit, explanation}], "rows": [{id: value}]}; a null
/// value has its reason beside it under "<id>_reason", another one, where there is such a thing, its remark
/// under "<id>_note", the sign of a bound under "<id>_bound", and true under "<id>_flag".
[[nodiscard]] Json to_json(const Table& table);

/// Several tables on a stream: as text with titles, as CSV with an empty line between, as one JSON object by
/// id.
void write_tables(std::ostream& out, const std::vector<Table>& tables, TableFormat format, bool bold = false);

/// Whether to use ANSI sequences: `mode` "always" or "never" decides; with "auto" NO_COLOR (not empty) says
/// no, CLICOLOR_FORCE (not empty or 0) says yes, else a terminal that is not dumb. Reads the environment;
/// throws InputError for another mode.
[[nodiscard]] bool colour_wanted(std::string_view mode, bool is_terminal);

}  // namespace ridge::reports
