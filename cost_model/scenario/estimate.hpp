// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/statistics.hpp"

namespace ridge::cost_model {

/// A number with the interval that it may lie in; an exact number's interval is itself.
struct Estimate {
    double value = 0;
    Interval interval;

    [[nodiscard]] static Estimate exact(double value) { return {value, {value, value}}; }
    /// The middle of a range, by ratio where both ends are above 0.
    [[nodiscard]] static Estimate between(double low, double high);
};

// Interval arithmetic: as if errors could all go the same way. Division throws InputError when the divisor
// may be 0.
[[nodiscard]] Estimate operator+(const Estimate& one, const Estimate& other);
[[nodiscard]] Estimate operator-(const Estimate& one, const Estimate& other);
[[nodiscard]] Estimate operator*(const Estimate& one, const Estimate& other);
[[nodiscard]] Estimate operator/(const Estimate& one, const Estimate& other);
/// Throws InputError for a base that may be 0 or below.
[[nodiscard]] Estimate power(const Estimate& base, const Estimate& exponent);

}  // namespace ridge::cost_model
