// SPDX-License-Identifier: Apache-2.0
#include "cost_model/kernel/power_points.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace ridge::cost_model {
namespace {

constexpr std::size_t neighbours = 6;
constexpr double closest = 0.1;  // octaves, so that an equal call does not weigh without end: power scatters

struct Near {
    double distance = std::numeric_limits<double>::infinity();
    double residual = 0;
};

// Sum over the axes, as dimensions act for themselves.
double distance(const std::vector<double>& a, const std::vector<double>& b) {
    double sum = 0;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) sum += std::abs(a[i] - b[i]);
    return sum;
}

double weighted_mean(const std::array<Near, neighbours>& nearest) {
    double sum = 0, weights = 0;
    for (const auto& near : nearest) {
        const double weight = 1 / ((near.distance + closest) * (near.distance + closest));
        sum += weight * near.residual;
        weights += weight;
    }
    return weights > 0 ? sum / weights : 0;
}

}  // namespace

std::string power_key(const OperatorCall& call) {
    std::string key = call.op;
    for (const auto& operand : call.operands) key += " " + operand.name + "=" + operand.format.text();
    return key;
}

std::vector<double> power_coordinates(const OperatorCall& call, double time_s) {
    constexpr double microseconds = 1e6;  // of a second
    std::vector<double> out;
    for (const auto& dimension : call.dimensions)
        out.push_back(std::log2(static_cast<double>(dimension.value)));
    out.push_back(std::log2(time_s * microseconds));
    return out;
}

double neighbour_residual(const std::vector<PowerPoint>& points, const std::vector<double>& coordinates,
                          std::size_t left_out) {
    std::array<Near, neighbours> nearest{};
    for (std::size_t i = 0; i < points.size(); ++i) {
        if (i == left_out) continue;
        Near candidate{distance(points[i].coordinates, coordinates), points[i].log_residual};
        for (auto& place : nearest)
            if (candidate.distance < place.distance) std::swap(place, candidate);
    }
    return weighted_mean(nearest);
}

}  // namespace ridge::cost_model
