// SPDX-License-Identifier: Apache-2.0
#include "profiler/stop_rule.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/statistics.hpp"

namespace ridge::profiler {
namespace {

// Looking at every sample would stop on lucky streaks and cost more than short samples themselves; past the
// first twenty, one look for each tenth more.
bool is_time_to_look(std::size_t count) {
    constexpr std::size_t closely_watched = 20;
    return count <= closely_watched || count % (count / 10) == 0;
}

}  // namespace

std::string_view name(Stop stop) {
    switch (stop) {
        case Stop::go_on:
            return "";
        case Stop::interval:
            return "interval";
        case Stop::budget:
            return "budget";
        case Stop::count:
            return "count";
        case Stop::beaten:
            return "beaten";
    }
    return "";
}

bool interval_reached(std::span<const double> samples, double target) {
    if (samples.empty() || !enough_for_interval(samples.size())) return false;
    const double centre = median(samples);
    const auto interval = median_interval(samples);
    return std::max(centre - interval.low, interval.high - centre) <= target * centre;
}

bool is_beaten(std::span<const double> samples, const protocol::Rival& rival) {
    if (samples.size() < 2) return false;
    // Normal quantile of a two-sided 99.9 % interval; the median of n normal samples varies by sqrt(pi/2/n)
    // of their own deviation.
    constexpr double quantile_999 = 3.29;
    const double centre = median(samples);
    const double own = median_absolute_deviation(samples) / centre;
    const double deviation =
        std::max(own, rival.spread) * std::sqrt(std::numbers::pi / 2 / static_cast<double>(samples.size()));
    return centre / (1 + quantile_999 * deviation) > rival.high_s;
}

Stop decide(std::span<const double> samples, double elapsed_s, const protocol::Budget& budget) {
    if (samples.empty()) return Stop::go_on;
    const auto count = static_cast<std::int64_t>(samples.size());
    const bool enough = count >= budget.min_samples;
    if (enough && is_time_to_look(samples.size()) && interval_reached(samples, budget.target))
        return Stop::interval;
    if (budget.rival && is_beaten(samples, *budget.rival)) return Stop::beaten;
    if (count >= budget.max_samples) return Stop::count;
    if (elapsed_s >= budget.max_time_s) return Stop::budget;
    return Stop::go_on;
}

}  // namespace ridge::profiler
