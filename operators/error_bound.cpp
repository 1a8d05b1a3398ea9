// SPDX-License-Identifier: Apache-2.0
#include "operators/error_bound.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ridge::operators {
namespace {

// Half the distance of the numbers next to zero.
double half_smallest_step(Precision precision) {
    switch (precision) {
        case Precision::fp64:
            return std::numeric_limits<double>::denorm_min();
        case Precision::fp16:
            return 0x1p-25;
        case Precision::fp8_e4m3:
            return 0x1p-10;
        case Precision::fp8_e5m2:
            return 0x1p-17;
        default:
            return 0x1p-126;  // fp32, tf32 and bf16: denormal numbers may count as zero
    }
}

// Deviations that a sum of independent errors stays below: more with a probability of 2·exp(-λ²/2), 3e-14.
constexpr double lambda = 8.0;

}  // namespace

double unit_roundoff(Precision precision) {
    switch (precision) {
        case Precision::fp64:
            return 0x1p-53;
        case Precision::tf32:
        case Precision::fp16:
            return 0x1p-11;
        case Precision::bf16:
            return 0x1p-8;
        case Precision::fp8_e4m3:
            return 0x1p-4;
        case Precision::fp8_e5m2:
            return 0x1p-3;
        default:
            return 0x1p-24;
    }
}

double rounding_error(Precision precision, double value) {
    if (is_integer(precision)) return 0.5;
    return std::max(unit_roundoff(precision) * std::abs(value), half_smallest_step(precision));
}

double summation_error(Precision compute, double roundings) {
    const double u = unit_roundoff(compute == Precision::fp64 ? Precision::fp64 : Precision::fp32);
    // Beyond 1 / u roundings the bound for any order says nothing.
    const double any_order =
        roundings * u < 1.0 ? roundings * u / (1.0 - roundings * u) : std::numeric_limits<double>::infinity();
    const double probable = std::expm1(lambda * std::sqrt(roundings) * u + roundings * u * u / (1.0 - u));
    return std::min(any_order, probable);
}

double rounded_terms_error(Precision precision, double magnitude, double squares) {
    return unit_roundoff(precision) * std::min(magnitude, lambda * std::sqrt(squares));
}

double error_over_bound(double value, double reference, double bound) {
    const bool comparable = std::isfinite(value) && std::isfinite(bound) && bound > 0;
    return comparable ? std::abs(value - reference) / bound : std::numeric_limits<double>::infinity();
}

}  // namespace ridge::operators
