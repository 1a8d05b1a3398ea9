// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

namespace ridge {

/// Every function throws Error when given no value.
[[nodiscard]] double mean(std::span<const double> values);
[[nodiscard]] double median(std::span<const double> values);

/// Quantile by linear interpolation between order statistics (type 7 of Hyndman and Fan 1996); p in [0, 1].
[[nodiscard]] double quantile(std::span<const double> values, double p);

/// Sample standard deviation by Welford's recurrence; 0 for one value.
[[nodiscard]] double standard_deviation(std::span<const double> values);

/// Median of |x - median|, times 1.4826 so that it estimates sigma of a normal distribution.
[[nodiscard]] double median_absolute_deviation(std::span<const double> values);

[[nodiscard]] double geometric_mean(std::span<const double> values);

struct Interval {
    double low = 0;
    double high = 0;
    [[nodiscard]] bool overlaps(const Interval& other) const {
        return low <= other.high && other.low <= high;
    }
    bool operator==(const Interval&) const = default;
};

/// Distribution-free confidence interval of the median from order statistics (binomial; Conover 1999, 3.2),
/// at least `confidence`; the whole range where there are too few values to reach it.
[[nodiscard]] Interval median_interval(std::span<const double> values, double confidence = 0.95);

/// Whether median_interval() really reaches `confidence` with that many values (6 for 95 %).
[[nodiscard]] bool enough_for_interval(std::size_t count, double confidence = 0.95);

/// What is kept and shown of a set of samples; the same unit as the samples.
struct Summary {
    std::size_t count = 0;
    double median = 0;
    Interval interval;  ///< 95 % interval of the median
    double min = 0;
    double max = 0;
    double spread = 0;  ///< interquartile range over median
};
[[nodiscard]] Summary summarize(std::span<const double> values);

}  // namespace ridge
