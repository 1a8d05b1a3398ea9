// SPDX-License-Identifier: Apache-2.0
#include "tuner/random.hpp"

#include "core/hash.hpp"

namespace ridge::tuner {

std::uint64_t below(Random& random, std::uint64_t bound) {
    // 2^64 mod bound values at the low end are refused, so that every remainder is equally likely.
    const std::uint64_t refused = (0 - bound) % bound;
    for (;;)
        if (const std::uint64_t drawn = random(); drawn >= refused) return drawn % bound;
}

double uniform(Random& random) { return static_cast<double>(random() >> 11U) * 0x1p-53; }

std::uint64_t hash_text(std::string_view text) { return fnv1a(text); }

}  // namespace ridge::tuner
