// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string_view>

#include "tuner/formats/document.hpp"
#include "tuner/recorded_space.hpp"

namespace ridge::tuner {

/// Name of the format that a text has by its content: "kernel-tuner", "t4", "triton", "wisdom",
/// "csv". Throws InputError naming
/// the known ones when it has none of them.
[[nodiscard]] std::string_view format_of(const Document& document);

/// Reads a recorded space in any known format (docs/file-formats.md), packed by gzip or not; content decides,
/// never the name. What is sound in a file cut in the middle is kept; what was dropped is counted and named.
/// Throws InputError when the file cannot be read, is of no known format, or has no sound configuration.
[[nodiscard]] RecordedSpace read_recorded_space(const std::filesystem::path& path);
/// The same for a document in memory.
[[nodiscard]] RecordedSpace read_recorded_space(const Document& document);

}  // namespace ridge::tuner
