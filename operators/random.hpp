// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

/// Random operands without a state: the value at a position depends on seed, stream and position alone, so it
/// is the same for any number of threads and can be drawn again instead of being kept.
namespace ridge::operators {

/// SplitMix64 (Steele, Lea and Flood 2014) of the position; `stream` tells operands apart (up to 2^8).
[[nodiscard]] constexpr std::uint64_t random_bits(std::uint64_t seed, std::uint64_t stream,
                                                  std::int64_t position) {
    std::uint64_t x = seed * 0x9E3779B97F4A7C15U + (stream << 56) + static_cast<std::uint64_t>(position);
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9U;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBU;
    return x ^ (x >> 31);
}

/// In [0, 1), with 53 random bits.
[[nodiscard]] constexpr double unit_interval(std::uint64_t bits) {
    return static_cast<double>(bits >> 11) * 0x1p-53;
}

}  // namespace ridge::operators
