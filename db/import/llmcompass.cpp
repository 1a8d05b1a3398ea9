// SPDX-License-Identifier: Apache-2.0
// The points of LLMCompass' figures on real hardware: tables without a line of names, "matmul_A100.csv".
// Rates are 10^9 elements a second; the times of matrix products are given with a unit, "0.1900ms".
#include <array>

#include "core/text.hpp"
#include "db/import/timing_table.hpp"

namespace ridge::db {
namespace {

constexpr std::string_view format = "fp16";
constexpr double giga = 1e9;

void begin(const FileNames&, Timings& timings) { timings.set_implementation("pytorch", ""); }

double seconds_of(std::string_view text) {
    struct Unit {
        std::string_view name;
        double seconds;
    };
    constexpr Unit units[] = {{"ms", 1e-3}, {"us", 1e-6}, {"ns", 1e-9}, {"s", 1.0}};
    for (const auto& unit : units)
        if (text.ends_with(unit.name)) try {
                return parse_number(text.substr(0, text.size() - unit.name.size()), "time") * unit.seconds;
            } catch (const InputError& error) {
                throw SetAside("field", error.what());
            }
    throw SetAside("field", "the time '" + std::string(text) + "' should have a unit, as in 0.19ms");
}

void matmul(const TableRow& row, const FileNames&, Timings& timings) {
    timings.add({make_call("gemm", {{"m", row.count("M")}, {"n", row.count("N")}, {"k", row.count("K")}},
                           {{"a", format}, {"w", format}, {"c", format}}),
                 {},
                 seconds_of(row.text("time")),
                 {}},
                row.line());
}

void add_rate(std::string_view op, std::int64_t rows, std::int64_t n, const TableRow& row, Timings& timings) {
    const double rate = row.number("giga_elements_per_s") * giga;
    if (!(rate > 0)) throw SetAside("time", "the rate is " + std::string(row.text("giga_elements_per_s")));
    timings.add({make_call(op, {{"rows", rows}, {"n", n}}, {{"x", format}}),
                 {},
                 static_cast<double>(rows) * static_cast<double>(n) / rate,
                 {}},
                row.line());
}

void of_rows(const TableRow& row, const FileNames& names, Timings& timings) {
    add_rate(names.words.front(), row.count("M"), row.count("N"), row, timings);
}

void gelu(const TableRow& row, const FileNames&, Timings& timings) {
    add_rate("gelu_tanh", 1, row.count("M"), row, timings);
}

void layer(const TableRow&, const FileNames&, Timings&) {
    throw SetAside("no-shape", "a time of a whole layer or of one of its operators, without its shape");
}

struct Kind {
    std::string_view op;
    std::array<std::string_view, 5> columns;
};
constexpr Kind kinds[] = {
    {"matmul", {"M", "N", "K", "time", "rate"}},      {"softmax", {"M", "N", "giga_elements_per_s"}},
    {"layernorm", {"M", "N", "giga_elements_per_s"}}, {"gelu", {"M", "giga_elements_per_s"}},
    {"transformer", {"transformer_time_s"}},          {"transformerAR", {"transformer_time_s"}}};

}  // namespace

std::optional<std::vector<std::string>> llmcompass_columns(const FileNames& names) {
    if (names.words.size() != 2) return std::nullopt;
    for (const auto& kind : kinds) {
        if (kind.op != names.words.front()) continue;
        std::vector<std::string> columns;
        for (const auto column : kind.columns)
            if (!column.empty()) columns.emplace_back(column);
        return columns;
    }
    return std::nullopt;
}

std::vector<TimingTable> llmcompass_tables() {
    constexpr std::string_view project = "llmcompass";
    return {{project, {"M", "N", "K", "time", "rate"}, begin, matmul},
            {project, {"M", "N", "giga_elements_per_s"}, begin, of_rows},
            {project, {"M", "giga_elements_per_s"}, begin, gelu},
            {project, {"transformer_time_s"}, begin, layer}};
}

}  // namespace ridge::db
