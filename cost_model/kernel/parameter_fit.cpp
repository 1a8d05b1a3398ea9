// SPDX-License-Identifier: Apache-2.0
#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>

#include "cost_model/kernel/group_fit.hpp"
#include "cost_model/kernel/least_squares.hpp"

namespace ridge::cost_model {
namespace {

// More rows do not move six parameters; their residuals are the correction's business.
constexpr std::size_t most_rows = 600;
// Shares of bandwidth up to 1.5: warm operands come from caches, which move up to 8 times what the memory
// does (Jia et al. 2018, table 3.1: 2.2 to 3 times on four of NVIDIA's; larger ones have come since).
constexpr double least_share = 0.002, most_share = 1.5, most_cache_share = 8;
constexpr double least_cache_share = 1;              // of products
constexpr double least_speed = 0.1, most_speed = 4;  // of one tile over another
constexpr double least_latency_s = 1e-9, most_latency_s = 1e-2;
// What the parameters of kin differ by (ln): what a memory gives is the machine's, what arithmetic achieves
// the kernel's. Against what a fitted formula leaves of a call.
constexpr double memory_of_kin = 0.2, compute_of_kin = 1, latency_of_kin = 0.5, overlap_of_kin = 0.3;
constexpr double left_of_a_call = 0.1;
constexpr double unknown_spread = 2;  // of a parameter (ln) without a prior

RowPointers thinned(const RowPointers& rows) {
    RowPointers out;
    const auto step = std::max<std::size_t>(1, rows.size() / most_rows);
    for (std::size_t i = 0; i < rows.size(); i += step) out.push_back(rows[i]);
    return out;
}

void add_name(std::vector<Parameter>& parameters, std::string_view name) {
    if (std::ranges::find(parameters, name, &Parameter::name) == parameters.end())
        parameters.push_back({std::string(name), 0, 0});
}

// Every term that has some weight in some row.
KernelParameters names_of(const RowPointers& rows) {
    KernelParameters out;
    for (const auto* row : rows) {
        for (const auto& term : row->features.latencies)
            if (term.count > 0) add_name(out.latencies, term.name);
        for (const auto& term : row->features.ceilings)
            if (term.seconds > 0) add_name(out.shares, term.name);
    }
    return out;
}

std::vector<double> values_of(const KernelParameters& parameters) {
    std::vector<double> out;
    for (const auto& one : parameters.latencies) out.push_back(one.value);
    for (const auto& one : parameters.shares) out.push_back(one.value);
    out.push_back(parameters.overlap);
    out.push_back(parameters.launch_overlap);
    for (std::size_t i = 1; i < parameters.tiles.size(); ++i) out.push_back(parameters.tiles[i].speed);
    return out;
}

void set_values(KernelParameters& parameters, const std::vector<double>& values) {
    std::size_t next = 0;
    for (auto& one : parameters.latencies) one.value = values[next++];
    for (auto& one : parameters.shares) one.value = values[next++];
    parameters.overlap = values[next++];
    parameters.launch_overlap = values[next++];
    for (std::size_t i = 1; i < parameters.tiles.size(); ++i) parameters.tiles[i].speed = values[next++];
}

// A launch cannot take longer than the shortest call; what else waits takes a small part of a typical one.
double latency_start(const RowPointers& rows, const std::string& name, double shortest) {
    if (name == "launch") return 0.8 * shortest;
    constexpr double typical_part = 0.05;
    std::vector<double> each;
    for (const auto* row : rows)
        for (const auto& term : row->features.latencies)
            if (term.name == name && term.count > 0) each.push_back(row->seconds / term.count);
    return typical_part * median(each);
}

// Of accelerators, which take steps along k. What a cache slower than memory would explain there is
// arithmetic that few rows do not fill.
bool are_products(const RowPointers& rows) {
    const auto& features = rows.front()->features;
    return (features.regime == "gemm" || features.regime == "experts") &&
           std::ranges::find(features.latencies, "step", &LatencyTerm::name) != features.latencies.end();
}

double least_of(const std::string& share, bool products) {
    return products && share == "L2" ? least_cache_share : least_share;
}

void set_start(KernelParameters& parameters, const RowPointers& rows, double overlap, double launch_overlap) {
    double shortest = most_latency_s;
    for (const auto* row : rows) shortest = std::min(shortest, row->seconds);
    for (auto& one : parameters.latencies)
        one.value = std::clamp(latency_start(rows, one.name, shortest), least_latency_s, most_latency_s);
    for (auto& one : parameters.shares) one.value = std::max(0.7, 2 * least_of(one.name, are_products(rows)));
    parameters.overlap = overlap;
    parameters.launch_overlap = launch_overlap;
}

void take_over(std::vector<Parameter>& parameters, const std::vector<Parameter>& prior) {
    for (const auto& one : prior) {
        add_name(parameters, one.name);
        std::ranges::find(parameters, one.name, &Parameter::name)->value = one.value;
    }
}

void take_over(KernelParameters& parameters, const KernelParameters& prior) {
    take_over(parameters.latencies, prior.latencies);
    take_over(parameters.shares, prior.shares);
    parameters.overlap = prior.overlap;
    parameters.launch_overlap = prior.launch_overlap;
}

double most_of(const std::string& share) {
    if (share == "compute") return most_compute_share;
    return share == "L2" ? most_cache_share : most_share;
}

std::vector<BoundedParameter> problem_at(const KernelParameters& start, bool products) {
    std::vector<BoundedParameter> out;
    for (const auto& one : start.latencies)
        out.push_back({.low = least_latency_s, .high = most_latency_s, .start = one.value});
    for (const auto& one : start.shares) {
        const double low = least_of(one.name, products);
        out.push_back({.low = low, .high = most_of(one.name), .start = std::max(one.value, low)});
    }
    // p from the sum to what cannot be told from the maximum.
    out.push_back({.low = 1.0, .high = 16.0, .start = start.overlap});
    out.push_back({.low = 1.0, .high = 16.0, .start = start.launch_overlap});
    for (std::size_t i = 1; i < start.tiles.size(); ++i)
        out.push_back({.low = least_speed, .high = most_speed, .start = start.tiles[i].speed});
    return out;
}

// In the order of values_of().
std::vector<double> spreads_of_kin(const KernelParameters& parameters) {
    std::vector<double> out(parameters.latencies.size(), latency_of_kin);
    for (const auto& one : parameters.shares)
        out.push_back(one.name == "compute" ? compute_of_kin : memory_of_kin);
    out.insert(out.end(), 2, overlap_of_kin);
    return out;
}

// The pull towards a prior is one on the logarithm; what varies is its logistic.
void pull_to_start(std::vector<BoundedParameter>& problem, const std::vector<double>& spreads) {
    for (std::size_t i = 0; i < problem.size(); ++i) {
        auto& one = problem[i];
        const double range = std::log(one.high / one.low);
        const double share = std::clamp(std::log(one.start / one.low) / range, 0.01, 0.99);
        one.prior = left_of_a_call / spreads[i] * range * share * (1 - share);
    }
}

std::vector<double> residuals_at(const RowPointers& rows, const KernelParameters& parameters) {
    std::vector<double> out;
    out.reserve(rows.size());
    for (const auto* row : rows) out.push_back(-log_residual(*row, parameters));
    return out;
}

struct Candidate {
    KernelParameters parameters;
    double loss = 0;
};

std::optional<Candidate> fit_from(const RowPointers& rows, KernelParameters start, bool pulled) {
    auto problem = problem_at(start, are_products(rows));
    if (pulled) pull_to_start(problem, spreads_of_kin(start));
    const auto fit = robust_least_squares(problem, [&](const std::vector<double>& values) {
        set_values(start, values);
        return residuals_at(rows, start);
    });
    if (!fit) return std::nullopt;
    set_values(start, fit->values);
    return Candidate{start, fit->loss};
}

double mean_error(const RowPointers& rows, const KernelParameters& parameters) {
    constexpr double largest = 1;  // so that runaways do not choose
    double sum = 0;
    for (const auto* row : rows) sum += std::min(largest, std::abs(log_residual(*row, parameters)));
    return sum / static_cast<double>(rows.size());
}

// With `tile` as well, at the speed of a few that suits best; the first tile's is the share of "compute".
Candidate with_tile(const RowPointers& rows, const KernelParameters& from, std::size_t tile) {
    Candidate best{from, std::numeric_limits<double>::infinity()};
    for (const double speed : {0.5, 0.65, 0.8, 1.0, 1.25, 1.6}) {
        auto next = from;
        next.tiles.push_back({tile, from.tiles.empty() ? 1.0 : speed});
        for (auto& share : next.shares)
            if (from.tiles.empty() && share.name == "compute")
                share.value = std::min(most_compute_share, speed * share.value);
        const double error = mean_error(rows, next);
        if (error < best.loss) best = {std::move(next), error};
    }
    return best;
}

// The most promising tiles to add, fitted; the better of them.
Candidate with_another_tile(const RowPointers& rows, const Candidate& from) {
    constexpr std::size_t tried = 2;
    std::vector<Candidate> candidates;
    for (std::size_t tile = 0; tile < product_tiles.size(); ++tile)
        if (std::ranges::find(from.parameters.tiles, tile, &TileSpeed::tile) == from.parameters.tiles.end())
            candidates.push_back(with_tile(rows, from.parameters, tile));
    std::ranges::sort(candidates, {}, &Candidate::loss);
    auto best = from;
    for (std::size_t i = 0; i < tried; ++i) {
        auto fit = fit_from(rows, candidates[i].parameters, false);
        if (!fit) continue;
        fit->loss = mean_error(rows, fit->parameters);
        if (fit->loss < best.loss) best = *std::move(fit);
    }
    return best;
}

// Standard deviations of the logarithms from the curvature at the optimum, with a prior so that what the rows
// do not tell stays finite.
void set_uncertainty(KernelParameters& parameters, const RowPointers& rows,
                     const std::vector<double>& prior_sds) {
    constexpr double step = 1e-3;
    const auto values = values_of(parameters);
    const auto at_optimum = residuals_at(rows, parameters);
    Eigen::MatrixXd slopes(static_cast<Eigen::Index>(rows.size()), static_cast<Eigen::Index>(values.size()));
    for (std::size_t i = 0; i < values.size(); ++i) {
        auto moved = parameters;
        auto moved_values = values;
        moved_values[i] *= std::exp(step);
        set_values(moved, moved_values);
        const auto residuals = residuals_at(rows, moved);
        for (std::size_t row = 0; row < rows.size(); ++row)
            slopes(static_cast<Eigen::Index>(row), static_cast<Eigen::Index>(i)) =
                (residuals[row] - at_optimum[row]) / step;
    }
    constexpr double least_scale = 0.005;
    const double scale = std::max(least_scale, median_absolute_deviation(at_optimum));
    Eigen::MatrixXd precision = slopes.transpose() * slopes / (scale * scale);
    for (std::size_t i = 0; i < prior_sds.size(); ++i) {
        const auto place = static_cast<Eigen::Index>(i);
        precision(place, place) += 1 / (prior_sds[i] * prior_sds[i]);
    }
    const Eigen::VectorXd deviations = precision.inverse().diagonal().cwiseSqrt();
    Eigen::Index next = 0;
    for (auto& one : parameters.latencies) one.log_sd = deviations[next++];
    for (auto& one : parameters.shares) one.log_sd = deviations[next++];
    parameters.overlap_log_sd = deviations[next];
}

}  // namespace

double log_residual(const TrainingRow& row, const KernelParameters& parameters) {
    return std::log(row.seconds / kernel_time(row.features, parameters));
}

std::optional<KernelParameters> fit_parameters(const RowPointers& all, const KernelParameters* prior) {
    const auto rows = thinned(all);
    if (rows.empty()) return std::nullopt;
    std::optional<Candidate> best;
    // From several starts, because launch time and overlap trade against each other; with a prior from there.
    for (const auto& [overlap, launch_overlap] : {std::pair(2.0, 1.2), std::pair(6.0, 3.0)}) {
        auto start = names_of(rows);
        set_start(start, rows, overlap, launch_overlap);
        if (prior) take_over(start, *prior);
        auto fit = fit_from(rows, start, prior != nullptr);
        if (fit && (!best || fit->loss < best->loss)) best = std::move(fit);
        if (prior) break;
    }
    if (!best) return std::nullopt;
    const auto spreads = spreads_of_kin(best->parameters);
    set_uncertainty(best->parameters, rows,
                    prior ? spreads : std::vector<double>(spreads.size(), unknown_spread));
    return best->parameters;
}

// One tile after the other as long as each takes a fiftieth off the error.
std::optional<KernelParameters> fit_tiles(const RowPointers& all, const KernelParameters& untiled) {
    constexpr std::size_t most_tiles = 3;
    constexpr double worth = 0.98;
    const auto rows = thinned(all);
    if (rows.front()->features.tiles.empty() || value_of(untiled.shares, "compute", 0) <= 0)
        return std::nullopt;
    Candidate best{untiled, mean_error(rows, untiled)};
    while (best.parameters.tiles.size() < most_tiles) {
        auto next = with_another_tile(rows, best);
        if (next.loss > worth * best.loss) break;
        best = std::move(next);
    }
    if (best.parameters.tiles.empty()) return std::nullopt;
    set_uncertainty(best.parameters, rows,
                    std::vector<double>(values_of(best.parameters).size(), unknown_spread));
    return best.parameters;
}

}  // namespace ridge::cost_model
