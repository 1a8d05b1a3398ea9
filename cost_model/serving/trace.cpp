// SPDX-License-Identifier: Apache-2.0
#include "cost_model/serving/trace.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <optional>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/json.hpp"
#include "core/text.hpp"
#include "cost_model/serving/lengths.hpp"

namespace ridge::cost_model::serving {
namespace {

constexpr double longest_trace_ms = 1e13;  // some 300 years
constexpr std::size_t most_block_ids = 0xffffffffU;

std::int32_t length_at(const JsonReader& json, const char* key) {
    const auto value = json.at(key).integer();
    if (value < 1 || value > longest_length)
        json.at(key).fail("a whole number between 1 and " + std::to_string(longest_length));
    return static_cast<std::int32_t>(value);
}

// Ids of one request, checked before any of them is kept.
std::vector<std::uint64_t> ids_of(const JsonReader& json, const Request& request, std::int64_t block_tokens) {
    std::vector<std::uint64_t> ids;
    const auto given = json.find("hash_ids");
    if (!given) return ids;
    for (const auto& id : given->items()) {
        if (id.integer() < 0) id.fail("a whole number of at least 0");
        ids.push_back(static_cast<std::uint64_t>(id.integer()));
    }
    const auto most = (request.prompt_tokens + block_tokens - 1) / block_tokens;
    if (static_cast<std::int64_t>(ids.size()) > most)
        given->fail("at most " + std::to_string(most) + " ids for an input_length of " +
                    std::to_string(request.prompt_tokens));
    return ids;
}

void add_json_line(Requests& requests, std::string_view line, const std::string& where) {
    const Json document = parse_json(line, where);
    const JsonReader json(document, where);
    Request request;
    const auto timestamp = json.at("timestamp");
    if (timestamp.number() < 0 || timestamp.number() > longest_trace_ms)
        timestamp.fail("milliseconds between 0 and 10^13");
    request.arrival_s = timestamp.number() / 1e3;
    request.prompt_tokens = length_at(json, "input_length");
    request.output_tokens = length_at(json, "output_length");
    const auto ids = ids_of(json, request, requests.block_tokens);
    if (requests.block_ids.size() + ids.size() > most_block_ids)
        throw InputError(where + ": more than 2^32 hash_ids before it");
    request.first_block = static_cast<std::uint32_t>(requests.block_ids.size());
    request.blocks = static_cast<std::uint32_t>(ids.size());
    requests.block_ids.insert(requests.block_ids.end(), ids.begin(), ids.end());
    requests.all.push_back(request);
}

std::optional<double> number_in(std::string_view text, double least, double most) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || !(value >= least && value <= most))
        return std::nullopt;
    return value;
}

// "2023-11-16 18:15:46.6805900", "T" between as well, "+00:00" or "Z" behind as well.
std::optional<double> seconds_of(std::string_view text) {
    for (const std::string_view utc : {"+00:00", "Z"})
        if (text.ends_with(utc)) text.remove_suffix(utc.size());
    constexpr std::string_view form = "0000-00-00 00:00:00";
    if (text.size() < form.size()) return std::nullopt;
    for (std::size_t i = 0; i < form.size(); ++i) {
        const bool fits = form[i] == '0' ? text[i] >= '0' && text[i] <= '9'
                                         : text[i] == form[i] || (form[i] == ' ' && text[i] == 'T');
        if (!fits) return std::nullopt;
    }
    const auto part = [&](std::size_t at, std::size_t size, double most) {
        return number_in(text.substr(at, size), 0, most);
    };
    const auto year = part(0, 4, 9999), month = part(5, 2, 12), day = part(8, 2, 31), hour = part(11, 2, 23),
               minute = part(14, 2, 59), second = number_in(text.substr(17), 0, 61);
    if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
    const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(*year)),
                                           std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day)));
    if (!date.ok()) return std::nullopt;
    const auto days = std::chrono::sys_days(date).time_since_epoch().count();
    return static_cast<double>(days) * 86400.0 + *hour * 3600 + *minute * 60 + *second;
}

struct AzureColumns {
    std::size_t timestamp = 0, context = 0, generated = 0;
};

AzureColumns columns_of(std::string_view header, const std::string& file) {
    const auto names = split(header, ',');
    const auto place = [&](std::string_view name) {
        const auto found = std::ranges::find(names, name);
        if (found == names.end())
            throw InputError(file + ": line 1: column '" + std::string(name) + "' is missing");
        return static_cast<std::size_t>(found - names.begin());
    };
    return {place("TIMESTAMP"), place("ContextTokens"), place("GeneratedTokens")};
}

[[noreturn]] void refuse_field(const std::string& where, const char* column, std::string_view value,
                               const std::string& wanted) {
    throw InputError(where + ": column '" + column + "' is '" + std::string(value.substr(0, 60)) +
                     "', should be " + wanted);
}

std::int32_t tokens_in(std::string_view text, const char* column, const std::string& where) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 1 || value > longest_length)
        refuse_field(where, column, text, "a whole number between 1 and " + std::to_string(longest_length));
    return static_cast<std::int32_t>(value);
}

void add_azure_line(Requests& requests, std::string_view line, const AzureColumns& columns,
                    const std::string& where) {
    const auto fields = split(line, ',');
    if (fields.size() <= std::max({columns.timestamp, columns.context, columns.generated}))
        throw InputError(where + ": there are only " + std::to_string(fields.size()) + " columns");
    Request request;
    const auto seconds = seconds_of(fields[columns.timestamp]);
    if (!seconds)
        refuse_field(where, "TIMESTAMP", fields[columns.timestamp], "like 2023-11-16 18:15:46.6805900");
    request.arrival_s = *seconds;
    request.prompt_tokens = tokens_in(fields[columns.context], "ContextTokens", where);
    request.output_tokens = tokens_in(fields[columns.generated], "GeneratedTokens", where);
    requests.all.push_back(request);
}

void sort_by_arrival(Requests& requests) {
    std::ranges::stable_sort(requests.all, {}, &Request::arrival_s);
    const double first = requests.all.front().arrival_s;
    for (auto& request : requests.all) request.arrival_s -= first;
}

std::string_view without_return(std::string_view line) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

}  // namespace

Trace parse_trace(std::string_view text, const std::string& file) {
    Trace trace;
    trace.requests.arrivals.kind = Arrivals::Kind::trace;
    const auto lines = split(text, '\n');
    const bool azure = text.starts_with("TIMESTAMP");
    const auto columns = azure ? columns_of(without_return(lines[0]), file) : AzureColumns{};
    for (std::size_t i = azure ? 1 : 0; i < lines.size(); ++i) {
        const auto line = without_return(lines[i]);
        if (words(line).empty()) continue;
        const auto where = file + ": line " + std::to_string(i + 1);
        try {
            azure ? add_azure_line(trace.requests, line, columns, where)
                  : add_json_line(trace.requests, line, where);
        } catch (const InputError& error) {
            if (trace.refused++ == 0) trace.complaint = error.what();
        }
    }
    if (trace.requests.all.empty())
        throw InputError(trace.complaint.empty() ? file + ": there is no request in it" : trace.complaint);
    sort_by_arrival(trace.requests);
    return trace;
}

Trace read_trace(const std::string& path) { return parse_trace(read_file(path), path); }

}  // namespace ridge::cost_model::serving
