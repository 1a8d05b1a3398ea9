// SPDX-License-Identifier: Apache-2.0
#include "operators/gemm/epilogue_reference.hpp"

#include <cmath>
#include <numbers>

#include "operators/error_bound.hpp"
#include "operators/math.hpp"

namespace ridge::operators {
namespace {

// Largest slopes of gelu and silu, at x = 1.41 and x = 2.40.
constexpr double gelu_slope = 1.1290, silu_slope = 1.0999;

// The sum and e added in the compute precision.
Bounded added(const Bounded& sum, double e, double roundoff) {
    const double value = sum.value + e;
    return {value, sum.bound + roundoff * (std::abs(value) + sum.bound)};
}

Bounded gelu(const Bounded& x, double function_error, double roundoff) {
    const double value = x.value / 2.0 * (1.0 + std::erf(x.value / std::numbers::sqrt2));
    // erf misses by an absolute error, which x / 2 multiplies.
    return {value, gelu_slope * x.bound + (function_error + 4.0 * roundoff) * std::abs(x.value)};
}

Bounded silu_mul(const Bounded& x, double e, double function_error, double roundoff) {
    const double value = x.value / (1.0 + std::exp(-x.value));
    const double miss = silu_slope * x.bound + (function_error + 3.0 * roundoff) * std::abs(value);
    return {value * e, (miss + roundoff * (std::abs(value) + miss)) * std::abs(e)};
}

Bounded before_rounding(const GemmCall& call, const Bounded& sum, double e) {
    const bool is_double = call.c.precision == Precision::fp64;
    const double roundoff = unit_roundoff(is_double ? Precision::fp64 : Precision::fp32);
    const double function_error = math::function_error(call.c.precision);
    switch (call.epilogue) {
        case Epilogue::none:
            return sum;
        case Epilogue::bias:
        case Epilogue::residual:
            return added(sum, e, roundoff);
        case Epilogue::bias_gelu:
            return gelu(added(sum, e, roundoff), function_error, roundoff);
        case Epilogue::silu_mul:
            return silu_mul(sum, e, function_error, roundoff);
    }
    return sum;
}

}  // namespace

Bounded finished(const GemmCall& call, const Bounded& sum, double e) {
    if (is_integer(call.c.precision)) return sum;
    auto result = before_rounding(call, sum, e);
    const bool keeps_the_sum = call.c.precision == Precision::fp32 || call.c.precision == Precision::fp64;
    if (!keeps_the_sum)
        result.bound += rounding_error(call.c.precision, std::abs(result.value) + result.bound);
    result.bound += 0x1p-126;  // an underflow loses at most the smallest normal number
    return result;
}

}  // namespace ridge::operators
