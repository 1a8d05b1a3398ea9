// SPDX-License-Identifier: Apache-2.0
#include "core/json.hpp"

#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "core/file.hpp"

namespace ridge {
namespace {

// Far beyond any document of ours; what walks over a document (writing it into a message, say) is recursive.
constexpr int deepest_nesting = 100;

std::string place(std::string_view text, std::size_t byte) {
    std::size_t line = 1, column = 1;
    for (std::size_t i = 0; i + 1 < byte && i < text.size(); ++i) {
        const bool newline = text[i] == '\n';
        line += newline ? 1 : 0;
        column = newline ? 1 : column + 1;
    }
    return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

void refuse_not_finite(const Json& value) {
    if (value.is_number_float() && !std::isfinite(value.get<double>()))
        throw Error(ExitCode::failed,
                    "internal: a number that is not finite was about to be written as JSON");
    if (value.is_structured())
        for (const auto& element : value) refuse_not_finite(element);
}

// Bytes 10xxxxxx continue a UTF-8 character; the cut moves before the character that it would split.
std::string shortened(std::string text) {
    std::size_t limit = 60;
    if (text.size() <= limit) return text;
    while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xc0) == 0x80) --limit;
    return text.substr(0, limit) + "…";
}

}  // namespace

Json parse_json(std::string_view text, const std::string& where) {
    try {
        return Json::parse(text, [&where](int depth, Json::parse_event_t, Json&) {
            if (depth > deepest_nesting)
                throw InputError(where + ": nested deeper than " + std::to_string(deepest_nesting) +
                                 " levels");
            return true;
        });
    } catch (const Json::parse_error& error) {
        throw InputError(where + ": not valid JSON at " + place(text, error.byte));
    } catch (const Json::out_of_range&) {
        throw InputError(where + ": not valid JSON: a number in it is too large");
    }
}

Json read_json_file(const std::filesystem::path& path) { return parse_json(read_file(path), path.string()); }

std::string to_line(const Json& value) {
    refuse_not_finite(value);
    return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

JsonReader::JsonReader(const Json& value, std::string file, std::string key)
    : value_(&value), file_(std::move(file)), key_(std::move(key)) {}

void JsonReader::fail(const std::string& wanted) const {
    const std::string what = key_.empty() ? "the document" : "key '" + key_ + "'";
    const std::string value = shortened(value_->dump(-1, ' ', false, Json::error_handler_t::replace));
    throw InputError(file_ + ": " + what + " is " + value + ", should be " + wanted);
}

bool JsonReader::has(std::string_view key) const {
    if (!value_->is_object()) fail("an object");
    const auto found = value_->find(std::string(key));
    return found != value_->end() && !found->is_null();
}

std::optional<JsonReader> JsonReader::find(std::string_view key) const {
    if (!has(key)) return std::nullopt;
    return JsonReader((*value_)[std::string(key)], file_,
                      key_.empty() ? std::string(key) : key_ + "." + std::string(key));
}

JsonReader JsonReader::at(std::string_view key) const {
    auto found = find(key);
    if (found) return *found;
    const std::string owner = key_.empty() ? "" : " in '" + key_ + "'";
    throw InputError(file_ + ": key '" + std::string(key) + "' is missing" + owner);
}

std::vector<JsonReader> JsonReader::items() const {
    if (!value_->is_array()) fail("an array");
    std::vector<JsonReader> out;
    for (std::size_t i = 0; i < value_->size(); ++i)
        out.emplace_back((*value_)[i], file_, key_ + "[" + std::to_string(i) + "]");
    return out;
}

std::vector<std::pair<std::string, JsonReader>> JsonReader::members() const {
    if (!value_->is_object()) fail("an object");
    std::vector<std::pair<std::string, JsonReader>> out;
    for (const auto& [key, value] : value_->items())
        out.emplace_back(key, JsonReader(value, file_, key_.empty() ? key : key_ + "." + key));
    return out;
}

std::string JsonReader::text() const {
    if (!value_->is_string()) fail("a text");
    return value_->get<std::string>();
}

double JsonReader::number() const {
    if (!value_->is_number() || !std::isfinite(value_->get<double>())) fail("a number");
    return value_->get<double>();
}

double JsonReader::positive() const {
    if (!value_->is_number() || !std::isfinite(value_->get<double>()) || value_->get<double>() <= 0)
        fail("a number above 0");
    return value_->get<double>();
}

std::int64_t JsonReader::integer() const {
    constexpr auto largest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (!value_->is_number_integer()) fail("a whole number");
    if (value_->is_number_unsigned() && value_->get<std::uint64_t>() > largest)
        fail("a whole number below 2^63");
    return value_->get<std::int64_t>();
}

bool JsonReader::boolean() const {
    if (!value_->is_boolean()) fail("true or false");
    return value_->get<bool>();
}

std::string JsonReader::text_or(std::string_view key, std::string fallback) const {
    const auto found = find(key);
    return found ? found->text() : std::move(fallback);
}

std::int64_t JsonReader::integer_or(std::string_view key, std::int64_t fallback) const {
    const auto found = find(key);
    return found ? found->integer() : fallback;
}

double JsonReader::number_or(std::string_view key, double fallback) const {
    const auto found = find(key);
    return found ? found->number() : fallback;
}

void JsonReader::fail_parsing(const std::string& message) const {
    throw InputError(file_ + ": " + (key_.empty() ? "the document" : "key '" + key_ + "'") + ": " + message);
}

std::int64_t JsonReader::count_or(std::string_view key, std::int64_t fallback) const {
    const auto found = find(key);
    if (!found) return fallback;
    if (found->integer() < 0) found->fail("a whole number of at least 0");
    return found->integer();
}

double JsonReader::amount_or(std::string_view key, double fallback) const {
    const auto found = find(key);
    if (!found) return fallback;
    if (found->number() < 0) found->fail("a number of at least 0");
    return found->number();
}

std::optional<double> JsonReader::find_positive(std::string_view key) const {
    const auto found = find(key);
    if (!found) return std::nullopt;
    return found->positive();
}

}  // namespace ridge
