// SPDX-License-Identifier: Apache-2.0
#include "profiler/roofs/repeats.hpp"

namespace ridge::profiler {
namespace {

constexpr double sample_s = 0.002;
constexpr int tries = 3;
constexpr std::int64_t most_repeats = std::int64_t{1} << 40;

bool is_long_enough(const std::function<double(std::int64_t)>& seconds_of, std::int64_t repeats) {
    for (int i = 0; i < tries; ++i)
        if (seconds_of(repeats) < sample_s) return false;
    return true;
}

}  // namespace

std::int64_t repeats_for_a_sample(const std::function<double(std::int64_t repeats)>& seconds_of) {
    std::int64_t repeats = 1;
    while (repeats < most_repeats && !is_long_enough(seconds_of, repeats)) repeats *= 2;
    return repeats;
}

}  // namespace ridge::profiler
