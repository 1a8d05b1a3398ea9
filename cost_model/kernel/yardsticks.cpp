// SPDX-License-Identifier: Apache-2.0
#include "cost_model/kernel/yardsticks.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "cost_model/kernel/gradient_boosting.hpp"

namespace ridge::cost_model {
namespace {

// Below any time or count that a kernel has: stands for "none" in logarithms.
constexpr double least_term = 1e-12;

double log_error(const YardstickRows& rows, const TwoConstants& constants) {
    double sum = 0;
    for (const auto& row : rows) sum += std::abs(std::log(constants.seconds(row) / row.seconds));
    return sum;
}

// The best of a grid of steps x steps values around the start, each a factor apart.
TwoConstants best_around(const YardstickRows& rows, const TwoConstants& start, double factor) {
    constexpr int steps = 6;  // to either side
    TwoConstants best = start;
    double least = std::numeric_limits<double>::infinity();
    for (int i = -steps; i <= steps; ++i)
        for (int j = -steps; j <= steps; ++j) {
            const TwoConstants tried{start.t0_s * std::pow(factor, i),
                                     start.efficiency * std::pow(factor, j)};
            if (const double error = log_error(rows, tried); error < least) least = error, best = tried;
        }
    return best;
}

double fastest(const YardstickRows& rows) {
    double least = std::numeric_limits<double>::infinity();
    for (const auto& row : rows) least = std::min(least, row.seconds);
    return least;
}

// Time without t0, of which at least this share of the whole is taken to be left.
double body(const YardstickRow& row, double t0_s) {
    constexpr double least_body = 0.15;
    return std::max(row.seconds - t0_s, least_body * row.seconds);
}

double distance(const std::vector<double>& a, const std::vector<double>& b) {
    double sum = 0;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
    return std::sqrt(sum);
}

struct Near {
    double distance = std::numeric_limits<double>::infinity();
    double log_utilisation = 0;
};

using Nearest = std::array<Near, 3>;

void keep(Nearest& nearest, Near candidate) {
    for (auto& place : nearest)
        if (candidate.distance < place.distance) std::swap(place, candidate);
}

double mean_log_utilisation(const Nearest& nearest) {
    constexpr double closest = 1e-3;  // octaves, so that an equal row does not weigh without end
    double sum = 0, weights = 0;
    for (const auto& near : nearest) {
        if (!std::isfinite(near.distance)) continue;
        const double weight = 1 / (near.distance + closest);
        sum += weight * near.log_utilisation;
        weights += weight;
    }
    return weights > 0 ? sum / weights : 0;
}

Table feature_table(const YardstickRows& rows) {
    Table table{.columns = rows.empty() ? 0 : rows.front().features.size(), .values = {}};
    for (const auto& row : rows)
        table.values.insert(table.values.end(), row.features.begin(), row.features.end());
    return table;
}

}  // namespace

YardstickRow yardstick_row(const OperatorCall& call, const CallFeatures& features, double seconds,
                           double roofline_s) {
    YardstickRow row{.seconds = seconds, .roofline_s = roofline_s, .dimensions = {}, .features = {}};
    for (const auto& dimension : call.dimensions)
        row.dimensions.push_back(std::log2(static_cast<double>(dimension.value)));
    const auto add = [&](double value) { row.features.push_back(std::log2(std::max(value, least_term))); };
    for (const auto& term : features.ceilings) add(term.seconds);
    for (const auto& term : features.latencies) add(term.count);
    for (const auto& axis : features.axes) row.features.push_back(axis.value);
    return row;
}

TwoConstants fit_two_constants(const YardstickRows& rows) {
    if (rows.empty()) return {};
    TwoConstants best{fastest(rows), 0.5};
    for (const double factor : {2.0, 2.0, 1.3, 1.06, 1.01}) best = best_around(rows, best, factor);
    return best;
}

std::vector<double> roofline_seconds(const YardstickRows&, const YardstickRows& asked) {
    std::vector<double> out;
    for (const auto& row : asked) out.push_back(row.roofline_s);
    return out;
}

std::vector<double> two_constant_seconds(const YardstickRows& seen, const YardstickRows& asked) {
    const auto constants = fit_two_constants(seen);
    std::vector<double> out;
    for (const auto& row : asked) out.push_back(constants.seconds(row));
    return out;
}

std::vector<double> neighbour_seconds(const YardstickRows& seen, const YardstickRows& asked) {
    if (seen.empty()) return roofline_seconds(seen, asked);
    const double t0_s = fit_two_constants(seen).t0_s;
    std::vector<double> out;
    for (const auto& row : asked) {
        Nearest nearest{};
        for (const auto& known : seen)
            keep(nearest, {distance(row.dimensions, known.dimensions),
                           std::log(std::max(known.roofline_s, least_term) / body(known, t0_s))});
        out.push_back(t0_s + std::max(row.roofline_s, least_term) / std::exp(mean_log_utilisation(nearest)));
    }
    return out;
}

std::vector<double> boosted_seconds(const YardstickRows& seen, const YardstickRows& asked) {
    if (seen.empty()) return roofline_seconds(seen, asked);
    std::vector<double> targets;
    for (const auto& row : seen) targets.push_back(std::log(row.seconds));
    const auto trees = BoostedTrees::fit(feature_table(seen), targets);
    std::vector<double> out;
    for (const auto& row : asked) out.push_back(std::exp(trees.predict(row.features)));
    return out;
}

}  // namespace ridge::cost_model
