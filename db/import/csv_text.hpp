// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Lines of comma-separated values (RFC 4180) in memory. Internal to db/.
namespace ridge::db {

/// One line; the fields live until the next one is read.
struct CsvLine {
    std::size_t number = 0;  ///< 1 for the first of the file
    std::span<const std::string_view> fields;
};

/// Calls `visit` for every line that is not blank, quotes and blanks around fields removed. A quoted field
/// may hold commas, doubled quotes and ends of lines.
void for_each_csv_line(std::string_view text, const std::function<void(const CsvLine&)>& visit);

/// Names of the first line; empty for an empty text.
[[nodiscard]] std::vector<std::string> csv_columns(std::string_view text);

}  // namespace ridge::db
