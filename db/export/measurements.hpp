// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/json.hpp"
#include "db/store.hpp"

namespace ridge::db {

/// A column of an export: the one list that the CSV header, the JSON keys and the documentation follow.
struct ExportColumn {
    std::string_view name;
    std::string_view unit;  ///< empty for words and counts
    std::string_view meaning;
    Json (*value)(const Record& record);  ///< null where there is none
};
[[nodiscard]] std::span<const ExportColumn> export_columns();

/// CSV (RFC 4180, lines end with LF): a header, then one line for each record. Nothing stands where a value
/// is missing; samples are separated by spaces; numbers read back to the same double.
[[nodiscard]] std::string measurements_csv(std::span<const Record> records);

/// {"measurements": [{column: value, …}, …]}; config is an object, samples an array.
[[nodiscard]] Json measurements_json(std::span<const Record> records);

}  // namespace ridge::db
