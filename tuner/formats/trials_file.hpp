// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/kernel_config.hpp"

namespace ridge::tuner {

/// The configurations that one search of another program tried, in order.
struct TrialList {
    std::string strategy;
    std::vector<KernelConfig> configs;
};

/// Reads searches, a JSON object a line: {"strategy": "…", "trials": [{parameter: value, …}, …]}. Throws
/// InputError naming file and line for anything else, and for a file without a search.
[[nodiscard]] std::vector<TrialList> read_trials(const std::filesystem::path& path);

}  // namespace ridge::tuner
