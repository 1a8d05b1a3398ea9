// SPDX-License-Identifier: Apache-2.0
#include "tuner/random.hpp"

namespace ridge::tuner {

std::uint64_t below(Random& random, std::uint64_t bound) {
    // 2^64 mod bound values at the low end are refused, so that every remainder is equally likely.
    const std::uint64_t refused = (0 - bound) % bound;
    for (;;)
        if (const std::uint64_t drawn = random(); drawn >= refused) return drawn % bound;
}

double uniform(Random& random) { return static_cast<double>(random() >> 11U) * 0x1p-53; }

std::uint64_t hash_text(std::string_view text) {
    // Offset basis and prime of FNV-1a, 64 bits (Fowler, Noll, Vo).
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    return hash;
}

}  // namespace ridge::tuner
