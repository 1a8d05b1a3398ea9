// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "core/json.hpp"

namespace ridge::profiler {

/// What of the environment is not on the machine's file system.
struct ProgramFacts {
    int threads = 1;                               ///< that kernels run on
    std::map<std::string, std::string> libraries;  ///< name and version
    std::string cache_flush;                       ///< method for cold measurements
};

/// State of machine and program that a timing depends on. Keys are stable and explained in docs/measuring.md;
/// what could not be found out is missing, and named with the reason under "unreadable".
[[nodiscard]] Json read_environment(const ProgramFacts& program, const std::filesystem::path& root = "/");

}  // namespace ridge::profiler
