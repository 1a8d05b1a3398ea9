// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"

namespace ridge {

using Json = nlohmann::ordered_json;

/// Parses text; throws InputError "<where>: not valid JSON at line L, column C: …".
[[nodiscard]] Json parse_json(std::string_view text, const std::string& where);

/// Reads and parses a file; throws InputError naming the file when it is missing, unreadable or malformed.
[[nodiscard]] Json read_json_file(const std::filesystem::path& path);

/// One line of JSON; a NaN or an infinity is a defect of the caller and throws Error.
[[nodiscard]] std::string to_line(const Json& value);

/// A view of one JSON value that knows where it came from, so that every complaint names file, key and value:
/// "devices/x.json: key 'memory.size_gb' is \"a lot\", should be a number above 0".
class JsonReader {
  public:
    JsonReader(const Json& value, std::string file, std::string key = {});

    [[nodiscard]] bool has(std::string_view key) const;  ///< there and not null
    [[nodiscard]] JsonReader at(std::string_view key) const;
    [[nodiscard]] std::optional<JsonReader> find(std::string_view key) const;
    [[nodiscard]] std::vector<JsonReader> items() const;  ///< elements of an array
    [[nodiscard]] std::vector<std::pair<std::string, JsonReader>> members() const;

    [[nodiscard]] std::string text() const;
    [[nodiscard]] double number() const;
    [[nodiscard]] double positive() const;  ///< a number above 0
    [[nodiscard]] std::int64_t integer() const;
    [[nodiscard]] bool boolean() const;
    [[nodiscard]] const Json& raw() const { return *value_; }

    [[nodiscard]] std::string text_or(std::string_view key, std::string fallback) const;
    [[nodiscard]] std::int64_t integer_or(std::string_view key, std::int64_t fallback) const;
    [[nodiscard]] double number_or(std::string_view key, double fallback) const;
    [[nodiscard]] std::int64_t count_or(std::string_view key, std::int64_t fallback) const;  ///< at least 0
    [[nodiscard]] double amount_or(std::string_view key, double fallback) const;             ///< at least 0
    [[nodiscard]] std::optional<double> find_positive(std::string_view key) const;

    /// parse(text()), with file and key before the message of the InputError that parse() throws.
    template <typename Parse>
    [[nodiscard]] auto parsed(Parse parse) const {
        const auto value = text();
        try {
            return parse(value);
        } catch (const InputError& error) {
            fail_parsing(error.what());
        }
    }

    /// Throws InputError: file, key, value, then "should be <wanted>".
    [[noreturn]] void fail(const std::string& wanted) const;

  private:
    [[noreturn]] void fail_parsing(const std::string& message) const;

    const Json* value_;  // never null; the caller keeps the document alive
    std::string file_;
    std::string key_;
};

}  // namespace ridge
