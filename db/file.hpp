// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <span>

#include "db/schema.hpp"
#include "db/sqlite.hpp"
#include "db/store.hpp"

/// Opening a store's file safely. Internal to db/.
namespace ridge::db {

/// Checks, opens, upgrades and configures; errors as those of Store. `steps` are migrations(), or a test's
/// own.
[[nodiscard]] std::unique_ptr<Connection> open_file(const std::filesystem::path& path, Access access,
                                                    const OpenOptions& options,
                                                    std::span<const Migration> steps);

}  // namespace ridge::db
