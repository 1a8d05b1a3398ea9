// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "db/import/timing_table.hpp"

/// What the columns of any table of timings mean, as a file of the user's says it
/// (configs/schema/mapping.schema.json, docs/importing.md).
namespace ridge::db {

struct CsvMapping {
    std::string device;                 ///< empty: --device says it
    std::string project, licence;       ///< provenance, as the user gives it
    std::vector<std::string> required;  ///< columns that the table has to have
    TimingTable table;
};

/// Throws InputError naming file, key and value.
[[nodiscard]] CsvMapping read_mapping(const std::filesystem::path& path);
/// The same for a text; `name` is for messages.
[[nodiscard]] CsvMapping parse_mapping(std::string_view text, const std::string& name);

}  // namespace ridge::db
