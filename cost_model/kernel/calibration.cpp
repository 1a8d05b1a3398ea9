// SPDX-License-Identifier: Apache-2.0
#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <limits>

#include "cost_model/kernel/transfer.hpp"

namespace ridge::cost_model {
namespace {

// What a transfer gets wrong of ln(time) before anything was measured on the device: standard deviations of
// what all calls of one kind have in common, those of one mix of limits, those of one size and those near
// each other. Nothing tells beforehand which it is, so they are alike. Against the noise they say how far one
// call speaks for others; how wide intervals are comes from left-out devices (transfer_widths.hpp).
constexpr double of_each = 0.2, noise = 0.03;
constexpr double mix_reach = 0.5;      // of the shares of the time, added up: from one limit to another are 2
constexpr double size_reach = 2;       // e-folds of time
constexpr double place_reach = 2;      // lengths of the correction
constexpr double other_formats = 0.6;  // correlation of the levels of one operator's formats
constexpr double other_regime = 0.3, other_implementation = 0.4;

double relation(const TransferEstimate& one, const TransferEstimate& other) {
    if (one.op != other.op) return 0;
    return (one.formats == other.formats ? 1.0 : other_formats) *
           (one.regime == other.regime ? 1.0 : other_regime) *
           (one.implementation == other.implementation ? 1.0 : other_implementation);
}

// Between calls of one kind; infinite for calls that are none.
double distance(const TransferEstimate& one, const TransferEstimate& other) {
    if (one.place.size() != other.place.size() || relation(one, other) < 1)
        return std::numeric_limits<double>::infinity();
    double out = 0;
    for (std::size_t i = 0; i < one.place.size(); ++i) out += std::abs(one.place[i] - other.place[i]);
    return out;
}

const TermPart& part_of(const TransferEstimate& estimate, const std::string& name) {
    static const TermPart none;
    const auto found = estimate.parts.find(name);
    return found == estimate.parts.end() ? none : found->second;
}

// Of what the parameters make of two calls, each by the part of the time that it governs, and of what is
// wrong with one mix of limits.
double covariance_of_terms(const TransferEstimate& one, const TransferEstimate& other) {
    double parameters = 0, apart = 0;
    for (const auto& [name, part] : one.parts) {
        const auto& there = part_of(other, name);
        parameters += part.share * there.share * part.spread * there.spread;
        apart += std::abs(part.share - there.share);
    }
    for (const auto& [name, part] : other.parts)
        if (!one.parts.contains(name)) apart += std::abs(part.share);
    return parameters + of_each * of_each * std::exp(-apart / mix_reach);
}

// Covariance of what the transfer gets wrong on two calls. Every term is a sum of products of one factor for
// each call, so that the matrix of any calls is positive.
double covariance(const TransferEstimate& one, const TransferEstimate& other) {
    constexpr double variance = of_each * of_each;
    const double related = relation(one, other);
    if (related <= 0) return 0;
    const double sizes = std::abs(one.uncalibrated_log_time - other.uncalibrated_log_time);
    return related * (variance * (1 + std::exp(-sizes / size_reach)) + covariance_of_terms(one, other)) +
           variance * std::exp(-distance(one, other) / place_reach);
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
        const double gain = covariance.col(i).squaredNorm() / (covariance(i, i) + noise * noise);
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
    matrix.diagonal().array() += noise * noise;
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
    estimate.deviation = std::sqrt(std::max(variance, 0.0) + noise * noise);
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
        matrix -= column * column.transpose() / (column[next] + noise * noise);
    }
    return out;
}

}  // namespace ridge::cost_model
