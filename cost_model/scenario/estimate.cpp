// SPDX-License-Identifier: Apache-2.0
#include "cost_model/scenario/estimate.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/error.hpp"

namespace ridge::cost_model {
namespace {

template <typename Operation>
Interval corners(const Interval& one, const Interval& other, Operation operation) {
    const std::array ends = {operation(one.low, other.low), operation(one.low, other.high),
                             operation(one.high, other.low), operation(one.high, other.high)};
    return {*std::ranges::min_element(ends), *std::ranges::max_element(ends)};
}

}  // namespace

Estimate Estimate::between(double low, double high) {
    const double middle = low > 0 && high > 0 ? std::sqrt(low * high) : (low + high) / 2;
    return {middle, {low, high}};
}

Estimate operator+(const Estimate& one, const Estimate& other) {
    return {one.value + other.value,
            {one.interval.low + other.interval.low, one.interval.high + other.interval.high}};
}

Estimate operator-(const Estimate& one, const Estimate& other) {
    return {one.value - other.value,
            {one.interval.low - other.interval.high, one.interval.high - other.interval.low}};
}

Estimate operator*(const Estimate& one, const Estimate& other) {
    return {one.value * other.value,
            corners(one.interval, other.interval, [](double a, double b) { return a * b; })};
}

Estimate operator/(const Estimate& one, const Estimate& other) {
    if (other.interval.low <= 0 && other.interval.high >= 0) throw InputError("a division by what may be 0");
    return {one.value / other.value,
            corners(one.interval, other.interval, [](double a, double b) { return a / b; })};
}

Estimate power(const Estimate& base, const Estimate& exponent) {
    if (base.interval.low <= 0) throw InputError("a power of what may be 0 or below");
    return {std::pow(base.value, exponent.value),
            corners(base.interval, exponent.interval, [](double a, double b) { return std::pow(a, b); })};
}

}  // namespace ridge::cost_model
