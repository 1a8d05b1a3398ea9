// SPDX-License-Identifier: Apache-2.0
#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <limits>

#include "cost_model/kernel/prior_evidence.hpp"

namespace ridge::cost_model {
namespace {

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

// Between neighbours of one kind; infinite for calls that are none.
double distance(const TransferEstimate& one, const TransferEstimate& other) {
    if (one.place.size() != other.place.size() || relation(one, other) < 1)
        return std::numeric_limits<double>::infinity();
    double out = 0;
    for (std::size_t i = 0; i < one.place.size(); ++i) out += std::abs(one.place[i] - other.place[i]);
    return out;
}

// Of what the parameters make of two calls, each by the part of the time that it governs.
double parameter_covariance(const TransferEstimate& one, const TransferEstimate& other) {
    double out = 0;
    for (const auto& [name, part] : one.parts)
        out += part * part_of(other, name) * spread_of(one, name) * spread_of(other, name);
    return out;
}

double noise_of(const TransferEstimate& one) { return one.prior.noise * one.prior.noise; }

// Covariance of what the transfer gets wrong on two calls: the level, each parameter by the part of the time
// that it governs, and the neighbourhood. Every term is a product of one factor for each call, so that the
// matrix of any calls is positive.
double covariance(const TransferEstimate& one, const TransferEstimate& other) {
    const double related = relation(one, other);
    if (related <= 0) return 0;
    return related * (one.prior.level * other.prior.level +
                      one.prior.parameters * other.prior.parameters * parameter_covariance(one, other)) +
           one.prior.local * other.prior.local * std::exp(-distance(one, other));
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
Eigen::Index most_telling_of(const Eigen::MatrixXd& covariance, const Eigen::VectorXd& noise,
                             const std::vector<bool>& taken) {
    Eigen::Index best = -1;
    double most = 0;
    for (Eigen::Index i = 0; i < covariance.rows(); ++i) {
        if (taken[static_cast<std::size_t>(i)]) continue;
        const double gain = covariance.col(i).squaredNorm() / (covariance(i, i) + noise[i]);
        if (gain > most) most = gain, best = i;
    }
    return best;
}

}  // namespace

PriorEvidence::PriorEvidence(const std::vector<CalibrationPoint>& points)
    : ratios_(static_cast<Eigen::Index>(points.size())) {
    const auto count = ratios_.size();
    for (auto* matrix : {&levels_, &parameters_, &distances_}) matrix->resize(count, count);
    for (Eigen::Index i = 0; i < count; ++i) {
        const auto& one = points[static_cast<std::size_t>(i)];
        ratios_[i] = one.log_ratio;
        for (Eigen::Index j = 0; j < count; ++j) {
            const auto& other = points[static_cast<std::size_t>(j)].estimate;
            levels_(i, j) = relation(one.estimate, other);
            parameters_(i, j) = levels_(i, j) * parameter_covariance(one.estimate, other);
            distances_(i, j) = distance(one.estimate, other);
        }
    }
}

double PriorEvidence::log_evidence(const TransferPrior& prior) const {
    const double level = prior.level * prior.level, local = prior.local * prior.local,
                 parameters = prior.parameters * prior.parameters;
    Eigen::MatrixXd matrix = level * levels_ + parameters * parameters_;
    matrix.array() += local * (-distances_.array() / prior.reach).exp();
    matrix.diagonal().array() += prior.noise * prior.noise;
    const Eigen::LLT<Eigen::MatrixXd> lower(matrix);
    const double logs = lower.matrixLLT().diagonal().array().log().sum();
    constexpr double half_log_two_pi = 0.9189385332046727;
    return -(0.5 * ratios_.dot(lower.solve(ratios_)) + logs) / static_cast<double>(ratios_.size()) -
           half_log_two_pi;
}

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
    for (Eigen::Index i = 0; i < count; ++i) matrix(i, i) += noise_of(estimates[static_cast<std::size_t>(i)]);
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
    estimate.deviation = std::sqrt(std::max(variance, 0.0) + noise_of(estimate));
}

std::vector<std::size_t> Transfer::most_telling(const std::vector<TransferEstimate>& candidates,
                                                std::size_t budget) const {
    Eigen::MatrixXd matrix = covariances(candidates);
    Eigen::VectorXd noise(matrix.rows());
    for (Eigen::Index i = 0; i < matrix.rows(); ++i)
        noise[i] = noise_of(candidates[static_cast<std::size_t>(i)]);
    std::vector<bool> taken(candidates.size(), false);
    std::vector<std::size_t> out;
    while (out.size() < std::min(budget, candidates.size())) {
        const auto next = most_telling_of(matrix, noise, taken);
        if (next < 0) break;
        taken[static_cast<std::size_t>(next)] = true;
        out.push_back(static_cast<std::size_t>(next));
        const Eigen::VectorXd column = matrix.col(next);
        matrix -= column * column.transpose() / (column[next] + noise[next]);
    }
    return out;
}

}  // namespace ridge::cost_model
