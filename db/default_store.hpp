// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace ridge::db {

/// Where the store is when nobody names one: $RIDGE_DB, else ridgepoint/ridge.db in the user's data folder
/// ($XDG_DATA_HOME, else ~/.local/share). Not opened, nor made.
[[nodiscard]] std::filesystem::path default_store();

}  // namespace ridge::db
