// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/statistics.hpp"
#include "cost_model/economy/sensitivity.hpp"

namespace ridge::cost_model {

/// Share of the draws that is inside an interval.
inline constexpr double monte_carlo_confidence = 0.9;
inline constexpr int most_draws = 10'000'000;

struct Spread {
    double median = 0;
    Interval interval;  ///< 5th to 95th percentile of the draws
};

/// Of the draws; USD.
struct MoneySpread {
    Spread per_million_input, per_million_output, per_million_total, per_request;
    int draws = 0;
};

/// Draws every uncertain input at once: prices and shares from a triangular distribution from low over the
/// value to high, since their intervals are the range of what sources say; the factors on the predicted times
/// from a log-normal one whose 10th and 90th percentiles are low and high, as predictions have them, the same
/// draw for prefill and decode, since one model errs in both. Inputs are drawn independently of each other
/// otherwise. The same seed gives the same answer. Throws InputError unless 2 ≤ draws ≤ most_draws.
[[nodiscard]] MoneySpread monte_carlo(const MoneyQuestion& question, int draws, std::uint64_t seed = 1);

/// Inverse of the triangular distribution's cumulative function at u in [0, 1].
[[nodiscard]] double triangular(double low, double mode, double high, double u);

/// exp of a normal draw z, scaled so that the 10th and 90th percentiles are low and high around 1, each side
/// by its own: 1 without a width. low in (0, 1], high ≥ 1.
[[nodiscard]] double log_normal_factor(double low, double high, double z);

}  // namespace ridge::cost_model
