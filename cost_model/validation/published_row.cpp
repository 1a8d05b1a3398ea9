// SPDX-License-Identifier: Apache-2.0
#include "cost_model/validation/published_row.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <map>

#include "core/error.hpp"
#include "core/hash.hpp"
#include "core/text.hpp"
#include "db/import/csv_text.hpp"

namespace ridge::cost_model {
namespace {

struct TextColumn {
    std::string_view name;
    std::string PublishedRow::*field;
};

constexpr auto text_columns =
    std::to_array<TextColumn>({{"source", &PublishedRow::source},
                               {"date", &PublishedRow::date},
                               {"device", &PublishedRow::device},
                               {"parallelism", &PublishedRow::parallelism},
                               {"model", &PublishedRow::model},
                               {"weight_precision", &PublishedRow::weight_precision},
                               {"act_precision", &PublishedRow::act_precision},
                               {"kv_precision", &PublishedRow::kv_precision},
                               {"sparsity", &PublishedRow::sparsity},
                               {"batch", &PublishedRow::batch},
                               {"input_len", &PublishedRow::input_len},
                               {"output_len", &PublishedRow::output_len},
                               {"framework", &PublishedRow::framework},
                               {"metric", &PublishedRow::metric},
                               {"unit", &PublishedRow::unit},
                               {"conditions", &PublishedRow::conditions}});

using Columns = std::map<std::string, std::size_t, std::less<>>;

std::size_t place(const Columns& columns, std::string_view name, const std::string& where) {
    const auto found = columns.find(name);
    if (found == columns.end()) throw InputError(where + ": no column '" + std::string(name) + "'");
    return found->second;
}

std::string at_line(const std::string& where, std::size_t line) {
    return where + ", line " + std::to_string(line);
}

double count_of_devices(std::string_view text, const std::string& where) {
    const double count = parse_number(text, where + ": n_devices");
    if (count < 1 || count != std::floor(count) || count > 1e6)
        throw InputError(where + ": n_devices is '" + std::string(text) +
                         "', should be a whole number above 0");
    return count;
}

class Reader {
  public:
    explicit Reader(std::string where) : where_(std::move(where)) {}

    void take(const db::CsvLine& line) {
        if (columns_.empty())
            read_header(line);
        else
            rows_.push_back(row_of(line));
    }
    std::vector<PublishedRow> take_rows() { return std::move(rows_); }

  private:
    void read_header(const db::CsvLine& line) {
        for (std::size_t i = 0; i < line.fields.size(); ++i) columns_.emplace(line.fields[i], i);
        for (const auto& column : text_columns) (void)place(columns_, column.name, where_);
        for (const auto* name : {"n_devices", "value"}) (void)place(columns_, name, where_);
    }

    PublishedRow row_of(const db::CsvLine& line) const {
        const auto here = at_line(where_, line.number);
        if (line.fields.size() != columns_.size())
            throw InputError(here + ": " + std::to_string(line.fields.size()) + " fields, should be " +
                             std::to_string(columns_.size()));
        PublishedRow row;
        row.line = line.number;
        for (const auto& column : text_columns)
            row.*column.field = line.fields[place(columns_, column.name, here)];
        row.devices = count_of_devices(line.fields[place(columns_, "n_devices", here)], here);
        row.value = parse_number(line.fields[place(columns_, "value", here)], here + ": value");
        if (!(row.value > 0) || !std::isfinite(row.value))
            throw InputError(here + ": value should be a number above 0");
        return row;
    }

    std::string where_;
    Columns columns_;
    std::vector<PublishedRow> rows_;
};

}  // namespace

std::string PublishedRow::configuration() const {
    return join(
        {source, device, std::to_string(static_cast<long long>(devices)), parallelism, model,
         weight_precision, act_precision, kv_precision, sparsity, batch, input_len, output_len, framework},
        "|");
}

bool PublishedRow::is_test() const { return fnv1a(configuration()) % 4 == 0; }

std::string PublishedRow::*text_column(std::string_view name) {
    const auto found = std::ranges::find(text_columns, name, &TextColumn::name);
    return found == text_columns.end() ? nullptr : found->field;
}

std::vector<PublishedRow> read_published_rows(std::string_view text, const std::string& where) {
    Reader reader(where);
    db::for_each_csv_line(text, [&](const db::CsvLine& line) { reader.take(line); });
    auto rows = reader.take_rows();
    if (rows.empty()) throw InputError(where + ": no rows under a header");
    return rows;
}

}  // namespace ridge::cost_model
