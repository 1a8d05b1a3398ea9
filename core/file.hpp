// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace ridge {

/// Every byte of a file; throws InputError naming the file when it is missing, a folder or unreadable.
[[nodiscard]] std::string read_file(const std::filesystem::path& path);

}  // namespace ridge
