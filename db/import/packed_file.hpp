// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

/// Content of a file that may be packed by gzip. Internal to db/.
namespace ridge::db {

struct UnpackedFile {
    std::string text;
    bool cut = false;  ///< the packed file ends or is damaged before its end; `text` is what came before
};

/// Throws InputError naming the file when it is missing, unreadable, or longer than 256 MiB unpacked.
[[nodiscard]] UnpackedFile read_packed_file(const std::filesystem::path& path);

/// The same for bytes in memory; `name` is for messages.
[[nodiscard]] UnpackedFile unpack(std::string bytes, const std::string& name);

}  // namespace ridge::db
