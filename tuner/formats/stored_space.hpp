// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "db/store.hpp"
#include "tuner/recorded_space.hpp"

namespace ridge::tuner {

/// What the store knows of one implementation on one call: of each configuration the latest sound
/// measurement, else its last failure. The median is the objective, energy and workspace are quantities, the
/// samples' sum is the cost of benchmarking. Throws InputError when there is no record, or the implementation
/// has no parameters.
[[nodiscard]] RecordedSpace stored_space(const std::vector<db::Record>& records);

}  // namespace ridge::tuner
