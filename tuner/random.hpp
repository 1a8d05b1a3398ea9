// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <random>
#include <string_view>

namespace ridge::tuner {

/// The same numbers on every platform for a seed (the standard fixes this engine, unlike its distributions).
using Random = std::mt19937_64;

/// Uniform in [0, bound); bound at least 1.
[[nodiscard]] std::uint64_t below(Random& random, std::uint64_t bound);

/// Uniform in [0, 1), of 53 bits.
[[nodiscard]] double uniform(Random& random);

/// 64-bit FNV-1a hash of a text: derives seeds and digests that are the same on every platform.
[[nodiscard]] std::uint64_t hash_text(std::string_view text);

}  // namespace ridge::tuner
