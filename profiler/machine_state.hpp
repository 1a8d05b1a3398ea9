// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "core/json.hpp"

namespace ridge::profiler {

/// State of the machine that a timing depends on, whatever program runs. Keys are stable and explained in
/// docs/measuring.md; what could not be found out is missing, and named with the reason under "unreadable".
[[nodiscard]] Json read_machine_state(const std::filesystem::path& root = "/");

}  // namespace ridge::profiler
