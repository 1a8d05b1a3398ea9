// SPDX-License-Identifier: Apache-2.0
#include "profiler/program/printed.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "core/error.hpp"
#include "core/json.hpp"
#include "core/text.hpp"
#include "profiler/program/child.hpp"

namespace ridge::profiler {
namespace {

struct Unit {
    std::string_view name;
    double seconds;
};
constexpr std::array units = {Unit{"", 1},      Unit{"s", 1},     Unit{"ms", 1e-3},
                              Unit{"us", 1e-6}, Unit{"µs", 1e-6}, Unit{"ns", 1e-9}};

struct Verdict {
    std::string_view word;
    Status status;
};
constexpr std::array verdicts = {Verdict{"invalid:", Status::invalid}, Verdict{"wrong:", Status::wrong}};

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n";
    const auto begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

std::optional<Printed> verdict_of(const std::string& out) {
    for (const auto line : split(out, '\n'))
        for (const auto& [word, status] : verdicts)
            if (const auto text = trimmed(line); text.starts_with(word)) {
                const auto reason = plain(std::string(trimmed(text.substr(word.size()))));
                return not_ok(status, reason.empty() ? "the program gave no reason" : reason);
            }
    return std::nullopt;
}

std::string_view without_label(std::string_view line) {
    constexpr std::string_view label = "time";
    if (line.size() < label.size() || !std::ranges::equal(line.substr(0, label.size()), label, {},
                                                          [](char c) { return static_cast<char>(c | 0x20); }))
        return line;
    const auto rest = trimmed(line.substr(label.size()));
    return rest.empty() || (rest[0] != ':' && rest[0] != '=') ? line : trimmed(rest.substr(1));
}

Printed from_json(const JsonReader& json) {
    Printed out;
    out.status = Status::ok;
    if (const auto samples = json.find("samples_s"))
        for (const auto& sample : samples->items()) out.samples_s.push_back(sample.positive());
    else
        out.samples_s = {json.at("time_s").positive()};
    if (out.samples_s.empty()) json.at("samples_s").fail("a list of at least one time");
    if (json.has("error_over_bound")) out.error = json.amount_or("error_over_bound", 0);
    out.energy_j = json.find_positive("energy_j");
    out.workspace_bytes = json.count_or("workspace_bytes", 0);
    return out;
}

std::optional<Printed> from_json_line(std::string_view line) {
    if (!line.starts_with('{')) return std::nullopt;
    const auto json = Json::parse(line, nullptr, false);
    if (!json.is_object() || (!json.contains("time_s") && !json.contains("samples_s"))) return std::nullopt;
    try {
        return from_json(JsonReader(json, "the program's last line"));
    } catch (const InputError& error) {
        return not_ok(Status::failed, plain(error.what()));
    }
}

std::optional<Printed> from_line(std::string_view line) {
    if (auto printed = from_json_line(line)) return printed;
    const auto time = parse_time(without_label(line));
    if (!time) return std::nullopt;
    if (!(*time > 0) || !std::isfinite(*time))
        return not_ok(Status::failed,
                      "it printed '" + plain(std::string(line)) + "', should be a time above 0");
    Printed out;
    out.status = Status::ok;
    out.samples_s = {*time};
    return out;
}

}  // namespace

Printed not_ok(Status status, std::string reason) {
    Printed out;
    out.status = status;
    out.reason = std::move(reason);
    return out;
}

std::optional<double> parse_time(std::string_view text) {
    double number = 0;
    const auto* end = text.data() + text.size();
    const auto [behind, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} && error != std::errc::result_out_of_range) return std::nullopt;
    const auto unit = trimmed(text.substr(static_cast<std::size_t>(behind - text.data())));
    const auto found = std::ranges::find(units, unit, &Unit::name);
    if (found == units.end()) return std::nullopt;
    return error == std::errc{} ? number * found->seconds : HUGE_VAL;
}

Printed read_printed(const std::string& out) {
    if (auto verdict = verdict_of(out)) return *verdict;
    auto lines = split(out, '\n');
    std::ranges::reverse(lines);
    for (const auto line : lines)
        if (auto printed = from_line(trimmed(line))) return *printed;
    const auto end = last_lines(out, 1);
    return not_ok(Status::failed, "it printed no time" +
                                      (end.empty() ? "" : ", its last line is '" + end + "'") +
                                      "; a line should be a number with a unit, such as '1.25 ms'");
}

Printed read_verdict(const std::string& out) {
    if (auto verdict = verdict_of(out)) return *verdict;
    Printed ok;
    ok.status = Status::ok;
    return ok;
}

}  // namespace ridge::profiler
