// SPDX-License-Identifier: Apache-2.0
#include "db/import/mapping.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <variant>

#include "core/file.hpp"
#include "core/json.hpp"
#include "core/text.hpp"
#include "operators/catalogue.hpp"

namespace ridge::db {
namespace {

constexpr std::pair<std::string_view, double> time_units[] = {
    {"s", 1.0}, {"ms", milliseconds}, {"us", microseconds}, {"ns", nanoseconds}};

// A text that stands in the mapping, or in a column, where the mapping may translate it.
struct Word {
    std::string constant, column;
    std::map<std::string, std::string, std::less<>> values;

    [[nodiscard]] std::string of(const TableRow& row) const {
        if (column.empty()) return constant;
        const auto field = row.text(column);
        if (values.empty()) return std::string(field);
        const auto found = values.find(field);
        if (found == values.end())
            throw SetAside("unknown-dtype", "'" + std::string(field) + "' of column '" + column +
                                                "' is not among the mapping's values");
        return found->second;
    }
};

// A whole number, or the product of columns.
struct Size {
    std::int64_t factor = 1;
    std::vector<std::string> columns;

    [[nodiscard]] std::int64_t of(const TableRow& row) const {
        constexpr std::int64_t most = std::int64_t{1} << 40;
        std::int64_t product = factor;
        for (const auto& column : columns) {
            const auto value = row.count(column);
            if (value <= 0 || value > most / std::max<std::int64_t>(1, product))
                throw SetAside("impossible-call", "column '" + column + "' is " + std::to_string(value));
            product *= value;
        }
        return product;
    }
};

struct Mapping {
    std::string op;
    Word implementation, version;
    std::vector<std::pair<std::string, Size>> dimensions;
    std::vector<std::pair<std::string, Word>> operands;
    std::vector<std::pair<std::string, Word>> config;
    std::vector<std::pair<std::string, std::string>> where;
    std::string time_column, power_column;
    double time_unit_s = 1.0;
};

Word word_from(const JsonReader& json) {
    if (json.raw().is_string()) return {json.text(), {}, {}};
    Word word{{}, json.at("column").text(), {}};
    if (const auto values = json.find("values"))
        for (const auto& [from, to] : values->members()) word.values[from] = to.text();
    return word;
}

Size size_from(const JsonReader& json) {
    Size size;
    if (json.raw().is_string()) {
        size.columns.push_back(json.text());
    } else if (json.raw().is_array()) {
        for (const auto& item : json.items()) size.columns.push_back(item.text());
    } else {
        size.factor = json.integer();
        if (size.factor <= 0) json.fail("a whole number above 0, a column, or a list of columns to multiply");
    }
    return size;
}

// Every column that the mapping names has to be in the table.
void add_columns(const Word& word, std::vector<std::string>& out) {
    if (!word.column.empty()) out.push_back(word.column);
}

std::vector<std::string> columns_of(const Mapping& mapping) {
    std::vector<std::string> out = {mapping.time_column};
    if (!mapping.power_column.empty()) out.push_back(mapping.power_column);
    for (const auto& [name, size] : mapping.dimensions)
        out.insert(out.end(), size.columns.begin(), size.columns.end());
    for (const auto* words : {&mapping.operands, &mapping.config})
        for (const auto& [name, word] : *words) add_columns(word, out);
    for (const auto& [column, value] : mapping.where) out.push_back(column);
    add_columns(mapping.implementation, out);
    add_columns(mapping.version, out);
    return out;
}

void read_time(const JsonReader& json, Mapping& mapping) {
    mapping.time_column = json.at("column").text();
    const auto unit = json.at("unit").text();
    const auto* found =
        std::ranges::find(time_units, std::string_view(unit), [](const auto& pair) { return pair.first; });
    if (found == std::end(time_units)) json.at("unit").fail("s, ms, us or ns");
    mapping.time_unit_s = found->second;
}

Mapping mapping_from(const JsonReader& json) {
    Mapping mapping;
    mapping.op = json.at("operator").parsed([](const std::string& name) {
        (void)operators::find_operator(name);
        return name;
    });
    for (const auto& [name, size] : json.at("dimensions").members())
        mapping.dimensions.emplace_back(name, size_from(size));
    for (const auto& [name, word] : json.at("operands").members())
        mapping.operands.emplace_back(name, word_from(word));
    read_time(json.at("time"), mapping);
    mapping.power_column = json.text_or("power_w", "");
    mapping.implementation = word_from(json.at("implementation"));
    if (const auto version = json.find("version")) mapping.version = word_from(*version);
    if (const auto config = json.find("config"))
        for (const auto& [name, word] : config->members()) mapping.config.emplace_back(name, word_from(word));
    if (const auto where = json.find("where"))
        for (const auto& [column, value] : where->members()) mapping.where.emplace_back(column, value.text());
    return mapping;
}

NumberFormat format_from(const std::string& text) {
    try {
        return NumberFormat::parse(text);
    } catch (const InputError& error) {
        throw SetAside("unknown-dtype", error.what());
    }
}

void apply(const Mapping& mapping, const TableRow& row, Timings& timings) {
    for (const auto& [column, value] : mapping.where)
        if (row.text(column) != value)
            throw SetAside("no-operator", "column '" + column + "' is '" + std::string(row.text(column)) +
                                              "', not '" + value + "'");
    Timing out;
    out.call.op = mapping.op;
    for (const auto& [name, size] : mapping.dimensions) out.call.dimensions.push_back({name, size.of(row)});
    for (const auto& [name, word] : mapping.operands)
        out.call.operands.push_back({name, format_from(word.of(row))});
    for (const auto& [name, word] : mapping.config) out.config.set(name, config_word(word.of(row)));
    out.time_s = row.number(mapping.time_column) * mapping.time_unit_s;
    if (!mapping.power_column.empty()) out.power_w = row.number_or_nothing(mapping.power_column);
    timings.set_implementation(mapping.implementation.of(row), mapping.version.of(row));
    timings.add(out, row.line());
}

}  // namespace

CsvMapping read_mapping(const std::filesystem::path& path) {
    return parse_mapping(read_file(path), path.string());
}

CsvMapping parse_mapping(std::string_view text, const std::string& name) {
    const auto document = parse_json(text, name);
    const JsonReader json(document, name);
    const auto mapping = std::make_shared<const Mapping>(mapping_from(json));
    CsvMapping out;
    out.device = json.text_or("device", "");
    out.project = json.text_or("project", "");
    out.licence = json.text_or("licence", "");
    out.table.project = "mapped-csv";
    out.required = columns_of(*mapping);
    out.table.begin = [](const FileNames&, Timings&) {};
    out.table.row = [mapping](const TableRow& row, const FileNames&, Timings& timings) {
        apply(*mapping, row, timings);
    };
    return out;
}

}  // namespace ridge::db
