// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <unordered_map>
#include <vector>

#include "tuner/searcher.hpp"

namespace ridge::tuner {

/// Times of configurations, by index in a search space, on one device or call.
using KnownTimes = std::unordered_map<std::size_t, double>;

/// What several devices together let one expect: of each configuration the mean logarithm over the sources
/// that know it, each source shifted so that it agrees on average with the first one on what both know. What
/// is good everywhere is good here too more often than what is best on one of them. The first source, the one
/// of which most is known, sets the unit. Empty without a source.
[[nodiscard]] Prior joint_prior(const std::vector<KnownTimes>& sources);

}  // namespace ridge::tuner
