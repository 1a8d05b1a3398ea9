// SPDX-License-Identifier: Apache-2.0
#include "cost_model/serving/draws.hpp"

#include <array>
#include <cmath>

namespace ridge::cost_model::serving {
namespace {

// Horner's scheme, highest power first.
template <std::size_t N>
double polynomial(const std::array<double, N>& coefficients, double x) {
    double sum = 0;
    for (const double coefficient : coefficients) sum = sum * x + coefficient;
    return sum;
}

// P. J. Acklam, "An algorithm for computing the inverse normal cumulative distribution function" (2003).
constexpr std::array middle_above = {-3.969683028665376e+01, 2.209460984245205e+02,  -2.759285104469687e+02,
                                     1.383577518672690e+02,  -3.066479806614716e+01, 2.506628277459239e+00};
constexpr std::array middle_below = {-5.447609879822406e+01, 1.615858368580409e+02,  -1.556989798598866e+02,
                                     6.680131188771972e+01,  -1.328068155288572e+01, 1.0};
constexpr std::array tail_above = {-7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e+00,
                                   -2.549732539343734e+00, 4.374664141464968e+00,  2.938163982698783e+00};
constexpr std::array tail_below = {7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00,
                                   3.754408661907416e+00, 1.0};
constexpr double tail = 0.02425;

double lower_tail(double p) {
    const double q = std::sqrt(-2.0 * std::log(p));
    return polynomial(tail_above, q) / polynomial(tail_below, q);
}

}  // namespace

double normal_quantile(double p) {
    if (p < tail) return lower_tail(p);
    if (p > 1.0 - tail) return -lower_tail(1.0 - p);
    const double q = p - 0.5, r = q * q;
    return q * polynomial(middle_above, r) / polynomial(middle_below, r);
}

// The middles of 2^52 equal parts.
double Draws::uniform() { return (static_cast<double>(engine_() >> 12U) + 0.5) * 0x1p-52; }

double Draws::exponential(double mean) { return -mean * std::log(uniform()); }

double Draws::normal() { return normal_quantile(uniform()); }

double Draws::gamma(double shape, double scale) {
    const double boost = shape < 1 ? std::pow(uniform(), 1.0 / shape) : 1.0;
    const double d = (shape < 1 ? shape + 1.0 : shape) - 1.0 / 3.0, c = 1.0 / std::sqrt(9.0 * d);
    for (;;) {
        const double x = normal(), v = std::pow(1.0 + c * x, 3);
        if (v > 0 && std::log(uniform()) < 0.5 * x * x + d - d * v + d * std::log(v))
            return boost * d * v * scale;
    }
}

}  // namespace ridge::cost_model::serving
