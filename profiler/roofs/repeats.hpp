// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>

namespace ridge::profiler {

/// Repeats of something small that together take about two milliseconds, so that starting the threads costs
/// less than a thousandth. `seconds_of` runs that many repeats. The shortest of three tries counts: a single
/// one that was disturbed would pass for long enough.
[[nodiscard]] std::int64_t repeats_for_a_sample(
    const std::function<double(std::int64_t repeats)>& seconds_of);

}  // namespace ridge::profiler
