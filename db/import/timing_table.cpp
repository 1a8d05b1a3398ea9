// SPDX-License-Identifier: Apache-2.0
#include "db/import/timing_table.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/error.hpp"
#include "core/text.hpp"

namespace ridge::db {
namespace {

const std::vector<TimingTable>& tables() {
    static const std::vector<TimingTable> all = [] {
        std::vector<TimingTable> list;
        for (auto make :
             {aiconfigurator_tables, neusight_tables, vidur_tables, llmservingsim_tables, llmcompass_tables})
            for (auto& table : make()) list.push_back(std::move(table));
        return list;
    }();
    return all;
}

bool has_all(const std::vector<std::string>& columns, const std::vector<std::string_view>& wanted) {
    return std::ranges::all_of(
        wanted, [&](std::string_view name) { return std::ranges::find(columns, name) != columns.end(); });
}

std::string missing(const std::vector<std::string>& columns, const TimingTable& table) {
    std::vector<std::string> names;
    for (const auto name : table.columns)
        if (std::ranges::find(columns, name) == columns.end()) names.emplace_back(name);
    return join(names, ", ");
}

// The kind that fewest columns are missing of, for the message.
const TimingTable& nearest_table(const std::vector<std::string>& columns) {
    const auto share = [&](const TimingTable& table) {
        const auto there = std::ranges::count_if(table.columns, [&](std::string_view name) {
            return std::ranges::find(columns, name) != columns.end();
        });
        return static_cast<double>(there) / static_cast<double>(table.columns.size());
    };
    return *std::ranges::max_element(tables(), {}, share);
}

NumberFormat format_of(std::string_view text) {
    if (text.find(':') != std::string_view::npos) return NumberFormat::parse(text);
    return {.precision = parse_precision(text)};
}

}  // namespace

std::string_view TableRow::text_or_nothing(std::string_view column) const {
    for (std::size_t i = 0; i < columns_.size(); ++i)
        if (columns_[i] == column) return line_.fields[i];
    return {};
}

std::string_view TableRow::text(std::string_view column) const {
    const auto found = text_or_nothing(column);
    if (found.empty()) throw SetAside("field", "column '" + std::string(column) + "' is empty or missing");
    return found;
}

double TableRow::number(std::string_view column) const {
    const auto field = text(column);
    double value = 0;
    const auto [rest, error] = std::from_chars(field.data(), field.data() + field.size(), value);
    if (error != std::errc{} || rest != field.data() + field.size())
        throw SetAside("field", "column '" + std::string(column) + "' is '" + std::string(field) +
                                    "', should be a number");
    return value;
}

std::int64_t TableRow::count(std::string_view column) const {
    constexpr double most = 0x1p53;
    const double value = number(column);
    if (!(std::abs(value) <= most) || value != std::floor(value))
        throw SetAside("field", "column '" + std::string(column) + "' is '" + std::string(text(column)) +
                                    "', should be a whole number");
    return static_cast<std::int64_t>(value);
}

std::int64_t TableRow::count_or(std::string_view column, std::int64_t fallback) const {
    return text_or_nothing(column).empty() ? fallback : count(column);
}

std::optional<double> TableRow::number_or_nothing(std::string_view column) const {
    if (text_or_nothing(column).empty()) return std::nullopt;
    return number(column);
}

FileNames file_names(const std::filesystem::path& path) {
    FileNames names;
    names.stem = path.filename().string();
    for (const std::string_view ending : {".gz", ".csv", ".txt"})
        if (names.stem.ends_with(ending))
            names.stem = names.stem.substr(0, names.stem.size() - ending.size());
    for (const auto word : split(names.stem, '_')) names.words.emplace_back(word);
    auto folder = path.parent_path();
    for (auto* name : {&names.folder, &names.parent, &names.grandparent}) {
        *name = folder.filename().string();
        folder = folder.parent_path();
    }
    return names;
}

const TimingTable& find_table(const std::vector<std::string>& columns, const std::string& file) {
    const TimingTable* best = nullptr;
    for (const auto& table : tables())
        if (has_all(columns, table.columns) &&
            (best == nullptr || table.columns.size() > best->columns.size()))
            best = &table;
    if (best != nullptr) return *best;
    const auto& near = nearest_table(columns);
    throw InputError(file + ": its columns are of no table that is known; of the nearest, of " +
                     std::string(near.project) + ", it lacks " + missing(columns, near) +
                     "; --mapping FILE says what the columns of any other table mean");
}

OperatorCall make_call(std::string_view op, std::vector<Dimension> dimensions,
                       std::initializer_list<std::pair<std::string_view, std::string_view>> operands) {
    OperatorCall call{
        .op = std::string(op), .dimensions = std::move(dimensions), .operands = {}, .sparsity = {}};
    for (const auto& [name, format] : operands)
        call.operands.push_back({std::string(name), format_of(format)});
    return call;
}

std::string config_word(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c == ' ' || c == '=' || c == '\t' || c == '\n') c = '_';
    return out;
}

}  // namespace ridge::db
