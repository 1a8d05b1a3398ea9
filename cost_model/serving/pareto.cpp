// SPDX-License-Identifier: Apache-2.0
#include "cost_model/serving/pareto.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace ridge::cost_model::serving {

std::vector<std::size_t> pareto_front(const std::vector<Merits>& points) {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < points.size(); ++i)
        if (!std::isnan(points[i].first) && !std::isnan(points[i].second)) order.push_back(i);
    std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
        return std::tuple(-points[a].first, -points[a].second, a) <
               std::tuple(-points[b].first, -points[b].second, b);
    });
    std::vector<std::size_t> front;
    for (const auto index : order)
        if (front.empty() || points[index].second > points[front.back()].second) front.push_back(index);
    return front;
}

}  // namespace ridge::cost_model::serving
