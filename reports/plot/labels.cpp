// SPDX-License-Identifier: Apache-2.0
#include "reports/plot/labels.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace ridge::reports::plot {
namespace {

struct Axes {
    Spot along, across;
};

Axes axes_of(const Box& box) {
    const double angle = box.angle * std::numbers::pi / 180.0;
    return {{std::cos(angle), std::sin(angle)}, {-std::sin(angle), std::cos(angle)}};
}

double dot(Spot a, Spot b) { return a.x * b.x + a.y * b.y; }

std::array<Spot, 4> corners(const Box& box) {
    const auto [along, across] = axes_of(box);
    std::array<Spot, 4> out;
    std::size_t i = 0;
    for (const auto& [u, v] : {std::pair{-1.0, -1.0}, {1.0, -1.0}, {1.0, 1.0}, {-1.0, 1.0}})
        out[i++] = {box.centre.x + u * box.half_width * along.x + v * box.half_height * across.x,
                    box.centre.y + u * box.half_width * along.y + v * box.half_height * across.y};
    return out;
}

// Half the extent of a box in a direction of length 1.
double reach(const Box& box, Spot direction) {
    const auto [along, across] = axes_of(box);
    return box.half_width * std::abs(dot(along, direction)) +
           box.half_height * std::abs(dot(across, direction));
}

bool separated(const Box& a, const Box& b, Spot direction) {
    const Spot between = {b.centre.x - a.centre.x, b.centre.y - a.centre.y};
    return std::abs(dot(between, direction)) >= reach(a, direction) + reach(b, direction);
}

// The point in the box's own coordinates, where the box is upright around the origin.
Spot local(const Box& box, Spot spot) {
    const auto [along, across] = axes_of(box);
    const Spot offset = {spot.x - box.centre.x, spot.y - box.centre.y};
    return {dot(offset, along), dot(offset, across)};
}

}  // namespace

// Two convex shapes miss each other when an axis of one of them separates them.
bool overlap(const Box& a, const Box& b) {
    const auto first = axes_of(a), second = axes_of(b);
    return !(separated(a, b, first.along) || separated(a, b, first.across) || separated(a, b, second.along) ||
             separated(a, b, second.across));
}

bool crosses(const Box& box, Spot from, Spot to) {
    const Spot a = local(box, from), b = local(box, to);
    double enter = 0, leave = 1;
    for (const auto& [start, end, half] :
         {std::array{a.x, b.x, box.half_width}, std::array{a.y, b.y, box.half_height}}) {
        const double delta = end - start;
        if (std::abs(delta) < 1e-12) {
            if (std::abs(start) > half) return false;
            continue;
        }
        const double first = (-half - start) / delta, second = (half - start) / delta;
        enter = std::max(enter, std::min(first, second));
        leave = std::min(leave, std::max(first, second));
    }
    return enter <= leave;
}

bool inside(const Box& box, const Rect& rect) {
    return std::ranges::all_of(corners(box), [&](Spot corner) { return rect.contains(corner); });
}

std::optional<double> Occupied::cost(const Box& box) const {
    if (!inside(box, bounds_)) return std::nullopt;
    if (std::ranges::any_of(labels_, [&](const Box& other) { return overlap(box, other); }))
        return std::nullopt;
    constexpr double marker_cost = 6.0, line_cost = 2.0;
    double total = 0;
    for (const auto& marker : markers_) total += overlap(box, marker) ? marker_cost : 0.0;
    for (const auto& [from, to] : lines_) total += crosses(box, from, to) ? line_cost : 0.0;
    return total;
}

std::optional<std::size_t> Occupied::place(const std::vector<Box>& candidates) {
    std::optional<std::size_t> best;
    double best_cost = 0;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        const auto found = cost(candidates[i]);
        const double total = found.value_or(0) + 0.1 * static_cast<double>(i);
        if (found && (!best || total < best_cost)) best = i, best_cost = total;
    }
    if (best) add_label(candidates[*best]);
    return best;
}

}  // namespace ridge::reports::plot
