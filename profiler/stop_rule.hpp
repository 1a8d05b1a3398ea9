// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "core/bench_protocol.hpp"

/// When sampling stops. Written as pure functions of the samples, so that the rule can be checked by hand.
namespace ridge::profiler {

enum class Stop {
    go_on,
    interval,  ///< the median is known well enough
    budget,    ///< the time, or the allowance for disturbed samples, is used up
    count,     ///< the largest number of samples is taken
    beaten,    ///< the rival cannot be beaten any more
};

/// "interval", "budget", "count", "beaten"; the word that the protocol carries.
[[nodiscard]] std::string_view name(Stop stop);

/// Whether the 95 % interval of the median (core/statistics.hpp) lies within ±target of the median, as a
/// share of it. False below the six samples that such an interval needs.
[[nodiscard]] bool interval_reached(std::span<const double> samples, double target);

/// Whether the median of samples to come lies above the rival's interval: the median so far, less the
/// half-width of its 99.9 % interval for samples that spread like the rival's or these, whichever spread
/// more. False for a single sample.
[[nodiscard]] bool is_beaten(std::span<const double> samples, const protocol::Rival& rival);

/// The rule: nothing stops sampling before the first sample; time and a rival do from then on, count and
/// interval from `min_samples` on.
[[nodiscard]] Stop decide(std::span<const double> samples, double elapsed_s, const protocol::Budget& budget);

}  // namespace ridge::profiler
