// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/device.hpp"

/// What Linux says about the machine in /proc and /sys. `root` is "/" but in tests, which give a folder of
/// fixtures.
namespace ridge::profiler {

/// Text of a file without blanks at its ends; nothing when it cannot be read or is empty.
[[nodiscard]] std::optional<std::string> read_text(const std::filesystem::path& path);

/// "key : value" lines up to the first blank line; the first of keys given twice counts. For cpuinfo (its
/// first processor) and meminfo.
[[nodiscard]] std::map<std::string, std::string> parse_fields(std::string_view text);

/// "266240K", "32M" or "512" in bytes; nothing for other text.
[[nodiscard]] std::optional<double> parse_size(std::string_view text);

/// "0-3,8" is {0, 1, 2, 3, 8}; empty for text that is no such list.
[[nodiscard]] std::vector<int> parse_cpu_list(std::string_view text);

/// Bytes of a line of meminfo, e.g. "MemTotal"; nothing when it is not there.
[[nodiscard]] std::optional<double> memory_field(const std::filesystem::path& root, const std::string& name);

/// Memory that can still be had: MemAvailable, or what the control group leaves where that is less, its page
/// cache counted as free; nothing when neither is known.
[[nodiscard]] std::optional<std::int64_t> available_bytes(const std::filesystem::path& root = "/");

/// Data and unified caches of the first core, innermost first; from sysfs, else by the CPUID instruction
/// (leaf 4, only for root "/"), else empty.
[[nodiscard]] std::vector<CacheLevel> read_caches(const std::filesystem::path& root = "/");

}  // namespace ridge::profiler
