// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace ridge {

/// Every byte of a file; throws InputError naming the file when it is missing, a folder or unreadable.
[[nodiscard]] std::string read_file(const std::filesystem::path& path);

/// Whole or not at all: a file of that name that is there already stays as it was until all is written, and
/// who reads it never finds half of it. What is there and no plain file (/dev/stdout, a pipe) is written to
/// as it is. Throws EnvironmentError naming the path.
void write_file(const std::filesystem::path& path, std::string_view content);

}  // namespace ridge
