// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/precision.hpp"

/// What a right result may miss the exact one by.
namespace ridge::operators {

/// Half the distance between neighbouring numbers, relative to the value; 2^-24 for integers that are
/// computed in fp32.
[[nodiscard]] double unit_roundoff(Precision precision);

/// Largest error of storing `value` in a precision: relative for normal numbers, half the smallest step for
/// subnormal ones, half of one for integers.
[[nodiscard]] double rounding_error(Precision precision, double value);

/// Largest relative error of a sum after `roundings` roundings in fp32 (fp64 when `compute` is fp64), to be
/// multiplied with the sum of magnitudes:
///     min(γ(t), γ̃(t)), γ(t) = t·u / (1 - t·u) for any order of summation (Higham 2002, 3.1),
///     γ̃(t) = exp(λ·√t·u + t·u² / (1 - u)) - 1 with λ = 8 (Higham and Mary 2019, theorem 2.4).
[[nodiscard]] double summation_error(Precision compute, double roundings);

/// Bound of a sum whose terms have independent roundings to `precision`: their largest sum, or what they stay
/// below with the probability of summation_error (Hoeffding 1963); terms that are all alike share a rounding
/// and can be further off. `magnitude`: of the terms together; `squares`: of each.
[[nodiscard]] double rounded_terms_error(Precision precision, double magnitude, double squares);

/// |value - reference| / bound; infinity when a value is not finite or the bound is no positive number, since
/// such a bound cannot tell right from wrong.
[[nodiscard]] double error_over_bound(double value, double reference, double bound);

}  // namespace ridge::operators
