// SPDX-License-Identifier: Apache-2.0
#include "core/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/error.hpp"

namespace ridge {
namespace {

void require_values(std::span<const double> values) {
    if (values.empty()) throw Error(ExitCode::failed, "internal: a statistic of no values was asked for");
}

std::vector<double> sorted(std::span<const double> values) {
    require_values(values);
    std::vector<double> out(values.begin(), values.end());
    std::ranges::sort(out);
    return out;
}

double quantile_of_sorted(const std::vector<double>& values, double p) {
    const double position = p * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(position);
    const auto above = std::min(below + 1, values.size() - 1);
    return std::lerp(values[below], values[above], position - static_cast<double>(below));
}

// P(X = k) for X ~ Binomial(n, 1/2); in logarithms, since 2^-n underflows from n = 1075 on.
double binomial_half(std::size_t k, std::size_t n) {
    const auto log_factorial = [](std::size_t i) { return std::lgamma(static_cast<double>(i) + 1.0); };
    return std::exp(log_factorial(n) - log_factorial(k) - log_factorial(n - k) -
                    static_cast<double>(n) * std::log(2.0));
}

// Largest r with P(x_(r+1) <= median <= x_(n-r)) >= confidence, r counted from 0; n when there is none.
std::size_t interval_rank(std::size_t n, double confidence) {
    const double tail = (1.0 - confidence) / 2.0;
    std::size_t rank = n;
    double below = 0;  // P(X <= r)
    for (std::size_t r = 0; 2 * r + 1 < n; ++r) {
        below += binomial_half(r, n);
        if (below > tail) break;
        rank = r;
    }
    return rank;
}

}  // namespace

double mean(std::span<const double> values) {
    require_values(values);
    double sum = 0;
    for (const double value : values) sum += value;
    return sum / static_cast<double>(values.size());
}

double median(std::span<const double> values) { return quantile(values, 0.5); }

double quantile(std::span<const double> values, double p) { return quantile_of_sorted(sorted(values), p); }

double standard_deviation(std::span<const double> values) {
    require_values(values);
    double running_mean = 0, squares = 0;
    std::size_t count = 0;
    for (const double value : values) {
        const double before = value - running_mean;
        running_mean += before / static_cast<double>(++count);
        squares += before * (value - running_mean);
    }
    return count > 1 ? std::sqrt(squares / static_cast<double>(count - 1)) : 0.0;
}

double median_absolute_deviation(std::span<const double> values) {
    const double centre = median(values);
    std::vector<double> distances;
    for (const double value : values) distances.push_back(std::abs(value - centre));
    return 1.4826 * median(distances);
}

double geometric_mean(std::span<const double> values) {
    require_values(values);
    double sum = 0;
    for (const double value : values) sum += std::log(value);
    return std::exp(sum / static_cast<double>(values.size()));
}

bool enough_for_interval(std::size_t count, double confidence) {
    return interval_rank(count, confidence) < count;
}

Interval median_interval(std::span<const double> values, double confidence) {
    const auto ordered = sorted(values);
    const auto n = ordered.size();
    const auto rank = interval_rank(n, confidence);
    return rank < n ? Interval{ordered[rank], ordered[n - 1 - rank]}
                    : Interval{ordered.front(), ordered.back()};
}

Summary summarize(std::span<const double> values) {
    const auto ordered = sorted(values);
    const double centre = quantile_of_sorted(ordered, 0.5);
    const double range = quantile_of_sorted(ordered, 0.75) - quantile_of_sorted(ordered, 0.25);
    return {.count = ordered.size(),
            .median = centre,
            .interval = median_interval(values),
            .min = ordered.front(),
            .max = ordered.back(),
            .spread = centre > 0 ? range / centre : 0.0};
}

}  // namespace ridge
