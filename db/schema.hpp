// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "db/sqlite.hpp"

/// The layout of the file and its history. Internal to db/; docs/store.md describes the tables.
namespace ridge::db {

/// "RDGP" in the file's header: says that a SQLite file is a Ridgepoint store.
inline constexpr std::int64_t application_id = 0x52444750;

/// The step at index v brings a file of version v to version v + 1; version 0 is an empty file. A step that
/// was released never changes.
struct Migration {
    const char* summary;
    const char* sql;
};
[[nodiscard]] std::span<const Migration> migrations();

/// Runs the steps that the file has not had, each in one transaction with its version. Before the first step
/// on a file that holds data, a copy is written beside it: "PATH.v1.bak", or with a number when that is
/// there. Throws InputError when the file is no store, or is newer than the last step (and then is left as it
/// was).
void migrate(Connection& connection, std::span<const Migration> steps);

/// What migrate() would refuse or have to do, without doing it: throws InputError when the file is not of the
/// version that `steps` end with.
void require_current(Connection& connection, std::span<const Migration> steps);

[[noreturn]] void fail_newer(const std::filesystem::path& path, std::int64_t version, std::size_t known);
[[noreturn]] void fail_foreign(const std::filesystem::path& path);

}  // namespace ridge::db
