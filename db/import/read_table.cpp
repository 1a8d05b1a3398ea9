// SPDX-License-Identifier: Apache-2.0
#include "db/import/read_table.hpp"

#include <unordered_set>

namespace ridge::db {
namespace {

void read_row(const ReadTable& table, const CsvLine& line, const FileNames& names, Timings& timings) {
    if (line.fields.size() != table.columns.size())
        return timings.set_aside("short-row", line.number,
                                 std::to_string(line.fields.size()) + " fields, should be " +
                                     std::to_string(table.columns.size()));
    try {
        table.kind.row(TableRow(table.columns, line), names, timings);
    } catch (const SetAside& why) {
        timings.set_aside(why.rule(), line.number, why.what());
    }
}

// Rows seen before, by their text.
class Repeats {
  public:
    bool seen(const CsvLine& line) {
        text_.clear();
        for (const auto field : line.fields) text_.append(field).push_back('\n');
        return !rows_.insert(text_).second;
    }

  private:
    std::string text_;
    std::unordered_set<std::string> rows_;
};

}  // namespace

ReadTable recognise_table(std::string_view text, const FileNames& names, const std::string& file) {
    ReadTable out;
    out.columns = csv_columns(text);
    if (auto columns = llmcompass_columns(names)) out.columns = std::move(*columns), out.named = false;
    out.kind = find_table(out.columns, file);
    return out;
}

std::size_t read_rows(const ReadTable& table, std::string_view text, const FileNames& names,
                      Timings& timings) {
    std::size_t rows = 0;
    bool first = table.named;
    Repeats repeats;
    for_each_csv_line(text, [&](const CsvLine& line) {
        if (first) {
            first = false;
            return;
        }
        ++rows;
        if (timings.applies("duplicate") && repeats.seen(line))
            timings.set_aside("duplicate", line.number, "as another row");
        else
            read_row(table, line, names, timings);
    });
    return rows;
}

}  // namespace ridge::db
