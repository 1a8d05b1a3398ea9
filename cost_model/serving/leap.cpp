// SPDX-License-Identifier: Apache-2.0
#include "cost_model/serving/leap.hpp"

#include <algorithm>
#include <cmath>

namespace ridge::cost_model::serving {

// The root of growth/2 · n² + (first - growth/2) · n = time, in the form that loses no digits when the growth
// is small; then the whole number is found by looking at its neighbours.
void Leap::cut_at(double time_s) {
    if (steps < 2 || end_s() <= time_s) return;
    const auto all = steps;
    const double wanted = std::max(0.0, time_s - start_s), linear = first_s - 0.5 * growth_s;
    const double root = std::sqrt(std::max(0.0, linear * linear + 2.0 * growth_s * wanted));
    const double guess = 2.0 * wanted / (linear + root);
    steps =
        std::isfinite(guess) ? std::clamp<std::int64_t>(std::llround(std::min(guess, 1e15)), 1, all) : all;
    while (steps > 1 && (--steps, end_s()) >= time_s) {
    }
    while (steps < all && end_s() < time_s) ++steps;
}

}  // namespace ridge::cost_model::serving
