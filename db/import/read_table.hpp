// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "db/import/timing_table.hpp"

/// A table of timings in memory. Internal to db/.
namespace ridge::db {

struct ReadTable {
    std::vector<std::string> columns;
    bool named = true;  ///< the first line has the columns' names
    TimingTable kind;
};

/// What table a text is, by its columns, or where it has none by the file's name. Throws InputError.
[[nodiscard]] ReadTable recognise_table(std::string_view text, const FileNames& names,
                                        const std::string& file);

/// Reads every row into `timings`; what a reader can make nothing of is set aside. Returns the number of
/// rows.
std::size_t read_rows(const ReadTable& table, std::string_view text, const FileNames& names,
                      Timings& timings);

}  // namespace ridge::db
