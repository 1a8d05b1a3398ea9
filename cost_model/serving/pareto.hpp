// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

namespace ridge::cost_model::serving {

/// Of what two quantities are; more of both is better.
struct Merits {
    double first = 0, second = 0;
};

/// Indices of the points that no other one beats: none is at least as good in both and better in one. By the
/// first merit, the best first; of equal points the one with the lowest index. Points with a NaN are left
/// out.
[[nodiscard]] std::vector<std::size_t> pareto_front(const std::vector<Merits>& points);

}  // namespace ridge::cost_model::serving
