// SPDX-License-Identifier: Apache-2.0
#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>

#include "cost_model/kernel/transfer.hpp"

namespace ridge::cost_model {
namespace {

// Standard deviations of ln(time) that a new device is given before anything was measured on it: of the level
// of one operator's kernels, and of what they do beyond it, alike for calls near each other. Kernels of
// another architecture may be others altogether.
constexpr double level_sd = 0.1, other_level_sd = 0.35;
constexpr double local_sd = 0.1, other_local_sd = 0.2;
constexpr double noise_sd = 0.03;      // of a measurement, with what no smooth function follows
constexpr double other_formats = 0.6;  // correlation of the levels of one operator's formats
constexpr double other_regime = 0.3, other_implementation = 0.4;

double relation(const TransferEstimate& one, const TransferEstimate& other) {
    if (one.op != other.op) return 0;
    return (one.formats == other.formats ? 1.0 : other_formats) *
           (one.regime == other.regime ? 1.0 : other_regime) *
           (one.implementation == other.implementation ? 1.0 : other_implementation);
}

double part_of(const TransferEstimate& estimate, const std::string& name) {
    const auto found = estimate.parts.find(name);
    return found == estimate.parts.end() ? 0.0 : found->second;
}

double spread_of(const TransferEstimate& estimate, const std::string& name) {
    for (const auto* list : {&estimate.parameters.latencies, &estimate.parameters.shares})
        for (const auto& parameter : *list)
            if (parameter.name == name) return parameter.log_sd;
    return 0;
}

double closeness(const TransferEstimate& one, const TransferEstimate& other) {
    if (one.place.size() != other.place.size()) return 0;
    double distance = 0;
    for (std::size_t i = 0; i < one.place.size(); ++i) distance += std::abs(one.place[i] - other.place[i]);
    return std::exp(-distance);
}

double level_of(const TransferEstimate& one) { return one.same_family ? level_sd : other_level_sd; }
double local_of(const TransferEstimate& one) { return one.same_family ? local_sd : other_local_sd; }

// Covariance of what the transfer gets wrong on two calls: the level, each parameter by the part of the time
// that it governs, and the neighbourhood. Every term is a product of one factor for each call, so that the
// matrix of any calls is positive.
double covariance(const TransferEstimate& one, const TransferEstimate& other) {
    const double related = relation(one, other);
    if (related <= 0) return 0;
    double out = level_of(one) * level_of(other);
    for (const auto& [name, part] : one.parts)
        out += part * part_of(other, name) * spread_of(one, name) * spread_of(other, name);
    return related * out + (related == 1 ? local_of(one) * local_of(other) * closeness(one, other) : 0.0);
}

Eigen::MatrixXd covariances(const std::vector<TransferEstimate>& estimates) {
    const auto count = static_cast<Eigen::Index>(estimates.size());
    Eigen::MatrixXd out(count, count);
    for (Eigen::Index i = 0; i < count; ++i)
        for (Eigen::Index j = 0; j <= i; ++j)
            out(i, j) = out(j, i) =
                covariance(estimates[static_cast<std::size_t>(i)], estimates[static_cast<std::size_t>(j)]);
    return out;
}

// The candidate whose measurement takes most variance off all of them.
Eigen::Index most_telling_of(const Eigen::MatrixXd& covariance, const std::vector<bool>& taken) {
    Eigen::Index best = -1;
    double most = 0;
    for (Eigen::Index i = 0; i < covariance.rows(); ++i) {
        if (taken[static_cast<std::size_t>(i)]) continue;
        const double gain = covariance.col(i).squaredNorm() / (covariance(i, i) + noise_sd * noise_sd);
        if (gain > most) most = gain, best = i;
    }
    return best;
}

}  // namespace

void Transfer::calibrate(std::vector<CalibrationPoint> points) {
    points_ = std::move(points);
    weights_.clear();
    precision_.clear();
    if (points_.empty()) return;
    std::vector<TransferEstimate> estimates;
    const auto count = static_cast<Eigen::Index>(points_.size());
    Eigen::VectorXd ratios(count);
    for (Eigen::Index i = 0; i < count; ++i) {
        estimates.push_back(points_[static_cast<std::size_t>(i)].estimate);
        ratios[i] = points_[static_cast<std::size_t>(i)].log_ratio;
    }
    Eigen::MatrixXd matrix = covariances(estimates);
    matrix.diagonal().array() += noise_sd * noise_sd;
    const Eigen::MatrixXd inverse = matrix.llt().solve(Eigen::MatrixXd::Identity(count, count));
    const Eigen::VectorXd weights = inverse * ratios;
    weights_.assign(weights.begin(), weights.end());
    precision_.assign(inverse.data(), inverse.data() + inverse.size());
}

void Transfer::condition(TransferEstimate& estimate) const {
    double variance = covariance(estimate, estimate);
    const auto count = static_cast<Eigen::Index>(points_.size());
    if (count > 0) {
        Eigen::VectorXd towards(count);
        for (Eigen::Index i = 0; i < count; ++i)
            towards[i] = covariance(estimate, points_[static_cast<std::size_t>(i)].estimate);
        estimate.log_time += towards.dot(Eigen::Map<const Eigen::VectorXd>(weights_.data(), count));
        variance -= towards.dot(Eigen::Map<const Eigen::MatrixXd>(precision_.data(), count, count) * towards);
    }
    estimate.deviation = std::sqrt(std::max(variance, 0.0) + noise_sd * noise_sd);
}

std::vector<std::size_t> Transfer::most_telling(const std::vector<TransferEstimate>& candidates,
                                                std::size_t budget) const {
    Eigen::MatrixXd matrix = covariances(candidates);
    std::vector<bool> taken(candidates.size(), false);
    std::vector<std::size_t> out;
    while (out.size() < std::min(budget, candidates.size())) {
        const auto next = most_telling_of(matrix, taken);
        if (next < 0) break;
        taken[static_cast<std::size_t>(next)] = true;
        out.push_back(static_cast<std::size_t>(next));
        const Eigen::VectorXd column = matrix.col(next);
        matrix -= column * column.transpose() / (column[next] + noise_sd * noise_sd);
    }
    return out;
}

}  // namespace ridge::cost_model
