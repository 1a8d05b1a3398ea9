// SPDX-License-Identifier: Apache-2.0
#include "db/import/benchmark_name.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <optional>

#include "core/error.hpp"
#include "core/text.hpp"
#include "operators/catalogue.hpp"

namespace ridge::db {
namespace {

template <typename Number>
std::optional<Number> whole(std::string_view text) {
    Number value{};
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || rest != text.data() + text.size()) return std::nullopt;
    return value;
}

ParameterValue value_from(std::string_view text) {
    if (text == "true" || text == "false") return text == "true";
    if (const auto integer = whole<std::int64_t>(text)) return *integer;
    if (const auto real = whole<double>(text); real && std::isfinite(*real)) return *real;
    return std::string(text);
}

// Parts such as "min_time:0.5" or "real_time" follow a config; a benchmark without parameters may leave it
// out.
bool is_config(std::string_view part) {
    const auto fields = words(part);
    return std::ranges::all_of(
        fields, [](std::string_view field) { return field.find('=') != std::string_view::npos; });
}

}  // namespace

KernelConfig parse_config(std::string_view text) {
    KernelConfig config;
    for (const auto field : words(text)) {
        const auto equals = field.find('=');
        if (equals == std::string_view::npos || equals == 0 || equals + 1 == field.size())
            throw InputError("config '" + std::string(text) + "': '" + std::string(field) +
                             "' should be name=value");
        const std::string name(field.substr(0, equals));
        if (config.has(name))
            throw InputError("config '" + std::string(text) + "': '" + name + "' stands twice");
        config.set(name, value_from(field.substr(equals + 1)));
    }
    return config;
}

BenchmarkName parse_benchmark_name(std::string_view name) {
    const auto parts = split(name, '/');
    if (parts.size() < 2 || parts[1].empty())
        throw InputError("the name '" + std::string(name) + "' should be CALL/IMPLEMENTATION/CONFIG");
    BenchmarkName out;
    out.call = operators::parse_call(parts[0]).text();
    out.implementation = parts[1];
    auto rest = parts.begin() + 2;
    if (rest != parts.end() && is_config(*rest)) out.config = parse_config(*rest++);
    if (std::find(rest, parts.end(), "cold") != parts.end()) out.cache = CacheState::cold;
    return out;
}

std::string utc_time(const std::string& text) {
    namespace chrono = std::chrono;
    int year = 0, offset_hours = 0, offset_minutes = 0, read = 0;
    unsigned month = 0, day = 0;
    int hour = 0, minute = 0, second = 0;
    char sign[2] = {};
    if (std::sscanf(text.c_str(), "%4d-%2u-%2uT%2d:%2d:%2d%n", &year, &month, &day, &hour, &minute, &second,
                    &read) != 6)
        return {};
    const auto zone = text.substr(static_cast<std::size_t>(read));
    if (zone != "Z" && std::sscanf(zone.c_str(), "%1[+-]%2d:%2d", sign, &offset_hours, &offset_minutes) != 3)
        return {};
    const chrono::year_month_day date{chrono::year(year), chrono::month(month), chrono::day(day)};
    if (!date.ok() || hour > 23 || minute > 59 || second > 60) return {};
    const auto offset = chrono::hours(offset_hours) + chrono::minutes(offset_minutes);
    const auto time = chrono::sys_days(date) + chrono::hours(hour) + chrono::minutes(minute) +
                      chrono::seconds(second) - (sign[0] == '-' ? -offset : offset);
    const auto utc_day = chrono::floor<chrono::days>(time);
    const chrono::year_month_day utc(utc_day);
    const chrono::hh_mm_ss clock(time - utc_day);
    char buffer[40];
    std::snprintf(buffer, sizeof buffer, "%04d-%02u-%02uT%02d:%02d:%02d.000Z", static_cast<int>(utc.year()),
                  static_cast<unsigned>(utc.month()), static_cast<unsigned>(utc.day()),
                  static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()));
    return buffer;
}

}  // namespace ridge::db
