// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "db/import/csv_text.hpp"
#include "db/import/timings.hpp"

/// Tables of timings as other projects publish them: which ones there are and what a row means. Internal to
/// db/.
namespace ridge::db {

/// One row by the names of its columns. Throws SetAside (rule "field") for what is missing or no number.
class TableRow {
  public:
    TableRow(const std::vector<std::string>& columns, const CsvLine& line) : columns_(columns), line_(line) {}

    [[nodiscard]] std::size_t line() const { return line_.number; }
    [[nodiscard]] std::string_view text(std::string_view column) const;
    [[nodiscard]] double number(std::string_view column) const;
    [[nodiscard]] std::int64_t count(std::string_view column) const;  ///< whole; "4.0" is too
    /// Empty where the column is missing or the field is.
    [[nodiscard]] std::string_view text_or_nothing(std::string_view column) const;
    [[nodiscard]] std::int64_t count_or(std::string_view column, std::int64_t fallback) const;
    [[nodiscard]] std::optional<double> number_or_nothing(std::string_view column) const;

  private:
    const std::vector<std::string>& columns_;
    const CsvLine& line_;
};

/// What the name of a file and its folders say.
struct FileNames {
    std::string stem;                         ///< without folder and without .csv and .gz
    std::vector<std::string> words;           ///< the stem's parts between '_'
    std::string folder, parent, grandparent;  ///< names of the folder that it is in, and of those above
};
[[nodiscard]] FileNames file_names(const std::filesystem::path& path);

/// A kind of table, known by its columns.
struct TimingTable {
    std::string_view project;               ///< of import_projects(): "neusight"
    std::vector<std::string_view> columns;  ///< all of them have to be there
    /// Says who made the timings: sets the implementation.
    std::function<void(const FileNames&, Timings&)> begin;
    std::function<void(const TableRow&, const FileNames&, Timings&)> row;
};

[[nodiscard]] std::vector<TimingTable> aiconfigurator_tables();
[[nodiscard]] std::vector<TimingTable> neusight_tables();
[[nodiscard]] std::vector<TimingTable> vidur_tables();
[[nodiscard]] std::vector<TimingTable> llmservingsim_tables();

/// LLMCompass' figures have no line of names; the file's name says what they are. Nothing for other names.
[[nodiscard]] std::optional<std::vector<std::string>> llmcompass_columns(const FileNames& names);
[[nodiscard]] std::vector<TimingTable> llmcompass_tables();

/// The table that has these columns; of several the one that asks for most. Throws InputError naming what is
/// known.
[[nodiscard]] const TimingTable& find_table(const std::vector<std::string>& columns, const std::string& file);

/// Number formats of an operand; nothing for a word that is not known.
struct OperandFormats {
    std::string_view word, activations, weights;
};

/// A call from names and values in canonical order.
[[nodiscard]] OperatorCall make_call(
    std::string_view op, std::vector<Dimension> dimensions,
    std::initializer_list<std::pair<std::string_view, std::string_view>> operands);

/// A configuration's word: blanks and '=' become '_'.
[[nodiscard]] std::string config_word(std::string_view text);

constexpr double milliseconds = 1e-3, microseconds = 1e-6, nanoseconds = 1e-9;

}  // namespace ridge::db
