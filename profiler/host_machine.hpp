// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "profiler/worker/worker.hpp"

namespace ridge::profiler {

/// This machine, for a worker. `libraries`: names and versions that the environment record shall carry.
/// Kokkos has to be initialised.
[[nodiscard]] Machine host_machine(std::map<std::string, std::string> libraries);

}  // namespace ridge::profiler
