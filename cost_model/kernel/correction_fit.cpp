// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "core/statistics.hpp"
#include "cost_model/kernel/group_fit.hpp"

namespace ridge::cost_model {
namespace {

constexpr std::size_t least_for_lengths = 24;  // fewer calls cannot tell lengths apart
constexpr std::size_t asked_for_lengths = 200, asked_for_intervals = 600;
// Fewer calls have no correction, fewer than the second no intervals: each is asked for twice, but they are
// no more than that.
constexpr std::size_t least_for_correction = 6, least_for_intervals = 12;
constexpr double first_noise = 0.02;
constexpr double runaway = 3.0;  // deviations beyond which a call's own noise is taken to be larger
constexpr double largest_error =
    0.5;  // what a single call may add to the criterion, so that runaways do not choose

struct Problem {
    std::vector<std::string> axes;
    std::vector<CorrectionNode> nodes;
    std::vector<std::uint64_t> sites;
    std::vector<double> sizes;  // analytical seconds, for leaving out the largest
    double variance = 0;        // of the residuals
    std::size_t distinct_sites = 0;
};

Problem problem_of(const KernelGroup& group, const RowPointers& rows) {
    Problem out;
    for (const auto& axis : rows.front()->features.axes) out.axes.emplace_back(axis.name);
    std::vector<double> residuals;
    for (const auto* row : rows) {
        CorrectionNode node;
        for (const auto& axis : row->features.axes) node.axes.push_back(axis.value);
        node.residual = log_residual(*row, group.parameters);
        node.noise = first_noise;
        node.site = row->site;
        residuals.push_back(node.residual);
        out.sites.push_back(row->site);
        out.sizes.push_back(kernel_time(row->features, group.parameters));
        out.nodes.push_back(std::move(node));
    }
    const double deviation = median_absolute_deviation(residuals);
    out.variance = std::max(1e-6, deviation * deviation);
    auto sites = out.sites;
    std::ranges::sort(sites);
    out.distinct_sites = static_cast<std::size_t>(std::ranges::unique(sites).begin() - sites.begin());
    return out;
}

std::vector<double> first_lengths(const Problem& problem) {
    std::vector<double> out;
    for (std::size_t axis = 0; axis < problem.axes.size(); ++axis) {
        double low = problem.nodes.front().axes[axis], high = low;
        for (const auto& node : problem.nodes)
            low = std::min(low, node.axes[axis]), high = std::max(high, node.axes[axis]);
        out.push_back(std::max(0.5, 0.5 * (high - low)));
    }
    return out;
}

enum class Kind { call, site };

double error_at(const Problem& problem, const Correction& correction, std::size_t node, Kind kind,
                double* variance = nullptr) {
    LeftOut left_out{.node = node};
    if (kind == Kind::site) left_out.sites = &problem.sites;
    const auto value = correction.at_node(node, left_out);
    if (variance) *variance = value.variance;
    return std::abs(problem.nodes[node].residual - value.residual);
}

// Mean error on calls left out one by one, and with their whole site where there are several.
double criterion(const Problem& problem, const Correction& correction) {
    const auto count = problem.nodes.size();
    const auto step = std::max<std::size_t>(1, count / asked_for_lengths);
    const bool sites = problem.distinct_sites > 3;
    double sum = 0;
    std::size_t asked = 0;
    for (std::size_t node = 0; node < count; node += step) {
        sum += std::min(largest_error, error_at(problem, correction, node, Kind::call));
        if (sites) sum += std::min(largest_error, error_at(problem, correction, node, Kind::site));
        asked += sites ? 2 : 1;
    }
    return sum / static_cast<double>(asked);
}

struct Choice {
    std::vector<double> lengths;
    double criterion = 0;
};

Choice with_lengths(const Problem& problem, std::vector<double> lengths) {
    const double value = criterion(problem, Correction(problem.axes, lengths, problem.nodes));
    return {std::move(lengths), value};
}

// One axis after the other, by factors of 2 as long as that helps.
bool improve_axis(const Problem& problem, Choice& best, std::size_t axis, double factor) {
    constexpr double worth = 0.998;
    bool improved = false;
    for (int step = 0; step < 4; ++step) {
        auto lengths = best.lengths;
        lengths[axis] *= factor;
        auto next = with_lengths(problem, std::move(lengths));
        if (next.criterion >= worth * best.criterion) break;
        best = std::move(next);
        improved = true;
    }
    return improved;
}

Choice choose_lengths(const Problem& problem) {
    auto best = with_lengths(problem, first_lengths(problem));
    if (problem.nodes.size() < least_for_lengths) return best;
    for (int sweep = 0; sweep < 2; ++sweep)
        for (std::size_t axis = 0; axis < problem.axes.size(); ++axis)
            if (!improve_axis(problem, best, axis, 2)) improve_axis(problem, best, axis, 0.5);
    return best;
}

// Calls whose neighbours disagree with them by far get the noise that this takes.
std::vector<CorrectionNode> with_noise(const Problem& problem, const Correction& correction, double noise) {
    std::vector<double> errors;
    for (std::size_t node = 0; node < problem.nodes.size(); ++node)
        errors.push_back(error_at(problem, correction, node, Kind::call));
    constexpr double to_deviation = 1.4826;
    const double limit = runaway * to_deviation * median(errors);
    auto nodes = problem.nodes;
    for (std::size_t node = 0; node < nodes.size(); ++node) {
        const double beyond = std::max(0.0, errors[node] - limit);
        nodes[node].noise = noise + beyond * beyond / problem.variance;
    }
    return nodes;
}

Correction choose_noise(const Problem& problem, const Choice& chosen) {
    auto best = Correction(problem.axes, chosen.lengths, problem.nodes);
    double least = chosen.criterion;
    for (const double noise : {0.002, first_noise, 0.1, 0.3}) {
        auto nodes = with_noise(problem, best, noise);
        Correction candidate(problem.axes, chosen.lengths, nodes);
        const double value = criterion(problem, candidate);
        if (value >= least) continue;
        best = std::move(candidate);
        least = value;
    }
    return best;
}

double without_correction(const Problem& problem) {
    std::vector<double> residuals;
    for (const auto& node : problem.nodes) residuals.push_back(node.residual);
    double sum = 0;
    for (const double residual : residuals) sum += std::min(largest_error, std::abs(residual));
    return sum / static_cast<double>(residuals.size());
}

// Calls an octave and more beyond all that are kept: what extrapolation costs.
void add_extrapolated(const Problem& problem, const Correction& correction, double octaves,
                      std::vector<CrossValidated>& out) {
    const double limit = std::ranges::max(problem.sizes) / std::exp2(octaves);
    std::vector<bool> kept;
    for (const double size : problem.sizes) kept.push_back(size <= limit);
    if (static_cast<std::size_t>(std::ranges::count(kept, true)) < least_for_lengths) return;
    const auto step = std::max<std::size_t>(1, kept.size() / asked_for_intervals);
    for (std::size_t node = 0; node < kept.size(); node += step) {
        if (kept[node]) continue;
        const auto value = correction.at_node(node, {.node = node, .sites = nullptr, .kept = &kept});
        out.push_back({value.variance, std::abs(problem.nodes[node].residual - value.residual)});
    }
}

std::vector<CrossValidated> cross_validated(const Problem& problem, const Correction& correction) {
    std::vector<CrossValidated> out;
    const auto step = std::max<std::size_t>(1, problem.nodes.size() / asked_for_intervals);
    for (std::size_t node = 0; node < problem.nodes.size(); node += step)
        for (const auto kind : {Kind::call, Kind::site}) {
            if (kind == Kind::site && problem.distinct_sites <= 3) continue;
            double variance = 0;
            const double error = error_at(problem, correction, node, kind, &variance);
            out.push_back({variance, error});
        }
    for (const double octaves : {1.0, 3.0}) add_extrapolated(problem, correction, octaves, out);
    return out;
}

// A correction that does not help keeps its nodes (they tell the nearest call and the distance to it) and
// corrects nothing.
Correction without_residuals(const Problem& problem, const Correction& correction) {
    auto nodes = problem.nodes;
    for (auto& node : nodes) node.residual = 0;
    return {problem.axes, correction.lengths(), nodes};
}

}  // namespace

// Without sites and errors to judge by, further nodes get the noise that is most common.
void extend_correction(KernelGroup& group, const RowPointers& rows) {
    auto nodes = group.correction.nodes();
    const bool corrects = group.correction.corrects();
    std::vector<double> noises;
    for (const auto& node : nodes) noises.push_back(node.noise);
    const auto problem = problem_of(group, rows);
    for (auto node : problem.nodes) {
        node.noise = noises.empty() ? first_noise : median(noises);
        if (!corrects) node.residual = 0;
        nodes.push_back(std::move(node));
    }
    const auto lengths = group.correction.empty() ? first_lengths(problem) : group.correction.lengths();
    group.correction = Correction(problem.axes, lengths, nodes);
}

double fit_correction(KernelGroup& group, const RowPointers& rows) {
    group.correction = {};
    if (rows.empty()) return 0;
    const auto problem = problem_of(group, rows);
    auto correction = choose_noise(problem, choose_lengths(problem));
    const double without = without_correction(problem);
    double error = criterion(problem, correction);
    if (rows.size() < least_for_correction || error >= without) {
        correction = without_residuals(problem, correction);
        error = without;
    }
    if (rows.size() >= least_for_intervals)
        group.intervals = IntervalTable(cross_validated(problem, correction));
    group.correction = std::move(correction);
    return error;
}

}  // namespace ridge::cost_model
