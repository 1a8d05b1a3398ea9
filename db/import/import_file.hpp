// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "db/store.hpp"

/// Tables of timings that other projects publish, and tables of any kind with a mapping, into the store
/// (docs/importing.md).
namespace ridge::db {

struct TableImportOptions {
    std::string device = {};             ///< id or name; empty: from the file's name and folders
    std::vector<std::string> keep = {};  ///< rules to switch off
    std::filesystem::path mapping = {};  ///< empty: the table is of a known kind
};

/// What a rule has set aside of a file.
struct RuleCount {
    std::string rule;
    std::size_t values = 0;
    std::string example;  ///< the first of them
};

struct TableImportReport {
    std::string file;
    std::string project;  ///< "neusight"
    std::string device;   ///< Device::id; empty when there is no measurement
    bool has_data_sheet = false;
    bool imported_before = false;  ///< the same content by the same rules; nothing was read
    bool cut = false;              ///< packed file without its end
    std::size_t rows = 0;
    std::size_t values = 0;  ///< times in these rows
    std::size_t added = 0;   ///< measurements; times of the same call and configuration are samples of one
    std::vector<RuleCount> aside;
};

/// Throws InputError when the file cannot be read, is no known table, or most of its times are impossible.
[[nodiscard]] TableImportReport import_table(Store& store, const std::filesystem::path& path,
                                             const TableImportOptions& options);

/// Puts the device of a name into the store, unless it is there: a data sheet of configs/devices under that
/// id or an alias, else a bare device. Returns its id.
std::string put_device_named(Store& store, const std::string& name);

/// The tables below a folder (*.csv, *.csv.gz), sorted.
[[nodiscard]] std::vector<std::filesystem::path> tables_below(const std::filesystem::path& folder);

}  // namespace ridge::db
