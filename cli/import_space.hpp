// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "db/store.hpp"

namespace ridge::cli {

struct SpaceImport {
    std::size_t configs = 0, added = 0, dropped = 0;
    bool imported_before = false;
    std::string device = {};
};

/// A recorded search space (Kernel Tuner's cache and its kin) as measurements of the program that it names:
/// call "program:KERNEL" with the problem's sizes as dimensions size0, size1 …; a configuration that failed
/// is kept as one. `device`: empty for the one that the file names. Throws InputError when the objective is
/// no time.
[[nodiscard]] SpaceImport import_space(db::Store& store, const std::filesystem::path& path,
                                       const std::string& device);

}  // namespace ridge::cli
