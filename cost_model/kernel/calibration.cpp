// SPDX-License-Identifier: Apache-2.0
#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <limits>

#include "cost_model/kernel/calibration_trial.hpp"

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
Eigen::Index next_telling(const Eigen::MatrixXd& covariance, const Eigen::VectorXd& noise,
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

// Greedily, those whose measurement takes most variance off all.
std::vector<std::size_t> most_telling_of(Eigen::MatrixXd covariance, const Eigen::VectorXd& noise,
                                         std::size_t budget) {
    const auto count = static_cast<std::size_t>(covariance.rows());
    std::vector<bool> taken(count, false);
    std::vector<std::size_t> out;
    while (out.size() < std::min(budget, count)) {
        const auto next = next_telling(covariance, noise, taken);
        if (next < 0) break;
        taken[static_cast<std::size_t>(next)] = true;
        out.push_back(static_cast<std::size_t>(next));
        const Eigen::VectorXd column = covariance.col(next);
        covariance -= column * column.transpose() / (column[next] + noise[next]);
    }
    return out;
}

// (covariance + noise)⁻¹, where a measurement that the others contradict by more than two deviations, when it
// is left out, gets the noise that this takes (Huber's weights; Rasmussen and Williams 2006, eq. 5.12): what
// devices are off by has heavier tails than a Gaussian process knows.
Eigen::MatrixXd robust_precision(const Eigen::MatrixXd& covariance, Eigen::VectorXd noise,
                                 const Eigen::VectorXd& ratios) {
    constexpr double most_deviations = 2, tolerance = 0.01;
    constexpr int rounds = 10;
    Eigen::MatrixXd inverse;
    for (int round = 0; round < rounds; ++round) {
        Eigen::MatrixXd matrix = covariance;
        matrix.diagonal() += noise;
        inverse = matrix.llt().solve(Eigen::MatrixXd::Identity(matrix.rows(), matrix.cols()));
        const Eigen::ArrayXd variances = inverse.diagonal().array().inverse();
        const Eigen::ArrayXd off = (inverse * ratios).array() * variances / most_deviations;
        const Eigen::ArrayXd excess = off.square() - variances;
        if ((excess <= tolerance * variances).all()) break;
        noise += excess.max(0.0).matrix();
    }
    return inverse;
}

// ln of the density of Student's t with four degrees of freedom, but for a constant: tails as heavy as those
// of what devices are off by.
double log_density(double off, double variance) {
    constexpr double freedom = 4;
    return -0.5 * (freedom + 1) * std::log1p(off * off / (freedom * variance)) - 0.5 * std::log(variance);
}

}  // namespace

CalibrationTrial::CalibrationTrial(const std::vector<CalibrationPoint>& points, std::size_t budget)
    : ratios_(static_cast<Eigen::Index>(points.size())), budget_(budget) {
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

Eigen::MatrixXd CalibrationTrial::covariance(const TransferPrior& prior) const {
    Eigen::MatrixXd out =
        prior.level * prior.level * levels_ + prior.parameters * prior.parameters * parameters_;
    out.array() += prior.local * prior.local * (-distances_.array() / prior.reach).exp();
    return out;
}

double CalibrationTrial::loss(const TransferPrior& prior) const {
    const auto matrix = covariance(prior);
    const double variance = prior.noise * prior.noise;
    const Eigen::VectorXd noise = Eigen::VectorXd::Constant(ratios_.size(), variance);
    std::vector<Eigen::Index> measured, asked;
    for (const auto place : most_telling_of(matrix, noise, budget_))
        measured.push_back(static_cast<Eigen::Index>(place));
    for (Eigen::Index i = 0; i < ratios_.size(); ++i)
        if (std::ranges::find(measured, i) == measured.end()) asked.push_back(i);
    const auto some = static_cast<Eigen::Index>(measured.size());
    const Eigen::MatrixXd precision =
        robust_precision(matrix(measured, measured), noise.head(some), ratios_(measured));
    const Eigen::MatrixXd towards = matrix(asked, measured);
    const Eigen::VectorXd off = ratios_(asked) - towards * (precision * ratios_(measured));
    const Eigen::VectorXd told = (towards * precision).cwiseProduct(towards).rowwise().sum();
    const Eigen::VectorXd variances = (matrix.diagonal()(asked) - told).cwiseMax(0.0).array() + variance;
    double sum = 0;
    for (Eigen::Index i = 0; i < off.size(); ++i) sum += log_density(off[i], variances[i]);
    return -sum / static_cast<double>(off.size());
}

void Transfer::calibrate(std::vector<CalibrationPoint> points) {
    points_ = std::move(points);
    weights_.clear();
    precision_.clear();
    if (points_.empty()) return;
    std::vector<TransferEstimate> estimates;
    const auto count = static_cast<Eigen::Index>(points_.size());
    Eigen::VectorXd ratios(count), noise(count);
    for (Eigen::Index i = 0; i < count; ++i) {
        estimates.push_back(points_[static_cast<std::size_t>(i)].estimate);
        ratios[i] = points_[static_cast<std::size_t>(i)].log_ratio;
        noise[i] = noise_of(estimates.back());
    }
    const auto precision = robust_precision(covariances(estimates), noise, ratios);
    const Eigen::VectorXd weights = precision * ratios;
    weights_.assign(weights.begin(), weights.end());
    precision_.assign(precision.data(), precision.data() + precision.size());
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
    Eigen::VectorXd noise(static_cast<Eigen::Index>(candidates.size()));
    for (std::size_t i = 0; i < candidates.size(); ++i)
        noise[static_cast<Eigen::Index>(i)] = noise_of(candidates[i]);
    return most_telling_of(covariances(candidates), noise, budget);
}

}  // namespace ridge::cost_model
