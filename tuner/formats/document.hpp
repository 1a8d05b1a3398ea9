// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace ridge::tuner {

/// Text of a file, unpacked where it was packed.
struct Document {
    std::string file;  ///< for messages
    std::string text;
    bool cut = false;  ///< the packed data end in the middle
};

/// The largest text that is read: ten times the largest recorded space known (the 25 MB of a hub cache with
/// the samples of 20,000 configurations), and what a packed file may not exceed by being crafted.
inline constexpr std::size_t max_text_bytes = std::size_t{256} << 20;

/// Reads a file; gzip is recognised by its first bytes. Throws InputError naming the file when it cannot be
/// read, its packed data are damaged, or its text is longer than `limit`.
[[nodiscard]] Document read_document(const std::filesystem::path& path, std::size_t limit = max_text_bytes);

/// The same for bytes in memory; `file` is for messages.
[[nodiscard]] Document unpack_document(std::string bytes, std::string file,
                                       std::size_t limit = max_text_bytes);

/// gzip of a text.
[[nodiscard]] std::string pack_gzip(std::string_view text);

/// Writes a file, packed when its name ends with ".gz", under a temporary name first so that no half file is
/// ever seen. Throws EnvironmentError naming the file.
void write_document(const std::filesystem::path& path, std::string_view text);

}  // namespace ridge::tuner
