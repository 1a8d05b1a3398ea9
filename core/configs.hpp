// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

/// The data files that come with the program: <root>/<kind>/<name>.json, kind being a folder of configs/
/// ("devices", "models", "suites", "workloads", "prices", "scenarios", "schema").
namespace ridge {

/// Roots that exist, in the order in which they are searched: each folder of the environment variable
/// RIDGE_CONFIGS (separated by ':'), share/ridgepoint/configs beside the folder of the running program, the
/// source tree it was built from.
[[nodiscard]] std::vector<std::filesystem::path> config_roots();

/// File of a name ("demo"), or the path itself when `name` has a '/' or ends in ".json". Throws InputError
/// with the nearest known name and the places searched, or naming the path that is not a file.
[[nodiscard]] std::filesystem::path find_config(const std::string& kind, const std::string& name);

/// Known names of a kind over all roots, sorted, each once; empty when there is none.
[[nodiscard]] std::vector<std::string> list_configs(const std::string& kind);

}  // namespace ridge
