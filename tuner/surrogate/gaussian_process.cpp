// SPDX-License-Identifier: Apache-2.0
#include "tuner/surrogate/gaussian_process.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace ridge::tuner {
namespace {

// Prior of the scales: lengths lognormal around half of a parameter's range, noise around a thousandth of the
// variance.
constexpr double usual_length = 0.5, length_spread = 0.7;
constexpr double usual_noise = 1e-3, noise_spread = 1.5;
constexpr double least_length = 0.03, most_length = 20;
constexpr double least_noise = 1e-6, most_noise = 0.3;

Eigen::VectorXf matern(const Eigen::VectorXf& squared_distance) {
    const Eigen::ArrayXf r = (5 * squared_distance.array()).sqrt();
    return (1 + r + r.square() / 3) * (-r).exp();
}

double penalty(double value, double usual, double spread) {
    const double away = std::log(value / usual) / spread;
    return away * away / 2;
}

Eigen::MatrixXd covariance(const Points& points, const KernelScales& scales) {
    Eigen::MatrixXd out(points.rows(), points.rows());
    for (Eigen::Index i = 0; i < points.rows(); ++i)
        out.col(i) = covariances(points, points.row(i), scales).cast<double>();
    out.diagonal().array() += scales.noise;
    return out;
}

/// Scales as one list of logarithms: a length for each parameter, then the noise.
class Scales {
  public:
    Scales(const std::vector<std::size_t>& scale_of, KernelScales others)
        : scale_of_(scale_of), others_(std::move(others)) {}

    [[nodiscard]] std::vector<double> list(const KernelScales& scales) const {
        std::vector<double> out(scale_of_.back() + 2);
        for (std::size_t i = 0; i < scale_of_.size(); ++i)
            out[scale_of_[i]] = static_cast<double>(scales.length[static_cast<Eigen::Index>(i)]);
        out.back() = scales.noise;
        return out;
    }

    [[nodiscard]] KernelScales scales(const std::vector<double>& list) const {
        auto out = others_;
        out.noise = list.back();
        for (std::size_t i = 0; i < scale_of_.size(); ++i)
            out.length[static_cast<Eigen::Index>(i)] = static_cast<float>(list[scale_of_[i]]);
        return out;
    }

    static bool allowed(double value, bool noise) {
        return noise ? value >= least_noise && value <= most_noise
                     : value >= least_length && value <= most_length;
    }

  private:
    const std::vector<std::size_t>& scale_of_;
    KernelScales others_;  // what is not in the list comes from these
};

// Minus the logarithm of the posterior density, up to a constant.
double unlikeliness(const Points& points, const Eigen::VectorXd& values, const KernelScales& scales,
                    const std::vector<double>& list) {
    const Eigen::LLT<Eigen::MatrixXd> factor(covariance(points, scales));
    if (factor.info() != Eigen::Success) return std::numeric_limits<double>::infinity();
    const Eigen::VectorXd whitened = factor.matrixL().solve(values);
    const auto count = static_cast<double>(values.size());
    double out = count / 2 * std::log(whitened.squaredNorm() / count + 1e-12);
    for (Eigen::Index i = 0; i < values.size(); ++i) out += std::log(factor.matrixLLT()(i, i));
    for (std::size_t i = 0; i + 1 < list.size(); ++i) out += penalty(list[i], usual_length, length_spread);
    return out + penalty(list.back(), usual_noise, noise_spread);
}

}  // namespace

Eigen::VectorXf covariances(const Points& points, const Eigen::RowVectorXf& point,
                            const KernelScales& scales) {
    Eigen::VectorXf squared = Eigen::VectorXf::Zero(points.rows()), own = squared, sum = squared;
    float parameters = 0;
    for (Eigen::Index i = 0; i < points.cols(); ++i) {
        const auto part = ((points.col(i).array() - point[i]) / scales.length[i]).square();
        squared.array() += part;
        if (scales.additive <= 0) continue;
        own.array() += part;
        if (i + 1 < points.cols() && scales.parameter[static_cast<std::size_t>(i) + 1] ==
                                         scales.parameter[static_cast<std::size_t>(i)])
            continue;
        sum += matern(own);
        own.setZero();
        ++parameters;
    }
    if (parameters == 0) return matern(squared);
    const auto share = static_cast<float>(scales.additive);
    return (1 - share) * matern(squared) + share / parameters * sum;
}

KernelScales fit_scales(const Points& points, const Eigen::VectorXd& values, KernelScales from,
                        const std::vector<std::size_t>& scale_of) {
    const Scales as(scale_of, from);
    auto list = as.list(from);
    double best = unlikeliness(points, values, from, list);
    // Factors of e^0.6 for a length and its square for the noise, finer in each round.
    double step = 0.6;
    for (int round = 0; round < 4; ++round, step *= 0.7)
        for (std::size_t i = 0; i < list.size(); ++i)
            for (const double direction : {1.0, -1.0}) {
                const bool noise = i + 1 == list.size();
                auto tried = list;
                tried[i] *= std::exp(direction * step * (noise ? 2 : 1));
                if (!Scales::allowed(tried[i], noise)) continue;
                const double found = unlikeliness(points, values, as.scales(tried), tried);
                if (found >= best) continue;
                best = found, list = tried;
                break;
            }
    return as.scales(list);
}

GaussianProcess::GaussianProcess(Points candidates, KernelScales scales, std::size_t max_observations)
    : candidates_(std::move(candidates)), scales_(std::move(scales)) {
    const auto most = static_cast<Eigen::Index>(max_observations);
    observed_.resize(most, candidates_.cols());
    factor_.resize(most, most);
    whitened_.resize(most);
    projected_.resize(candidates_.rows(), most);
    mean_.setZero(candidates_.rows());
    variance_.setOnes(candidates_.rows());
}

void GaussianProcess::observe(const Eigen::RowVectorXf& point, double value) {
    const auto n = count_;
    Eigen::VectorXd row = covariances(observed_.topRows(n), point, scales_).cast<double>();
    if (n > 0) factor_.topLeftCorner(n, n).triangularView<Eigen::Lower>().solveInPlace(row);
    const double diagonal = std::sqrt(std::max(1 + scales_.noise - row.squaredNorm(), 1e-9));
    const double whitened = (value - row.dot(whitened_.head(n))) / diagonal;
    observed_.row(n) = point;
    factor_.row(n).head(n) = row.transpose();
    factor_(n, n) = diagonal;
    whitened_[n] = whitened;

    Eigen::VectorXf column = covariances(candidates_, point, scales_);
    column.noalias() -= projected_.leftCols(n) * row.cast<float>();
    column /= static_cast<float>(diagonal);
    projected_.col(n) = column;
    mean_ += static_cast<float>(whitened) * column;
    variance_.array() -= column.array().square();
    ++count_;
}

double GaussianProcess::amplitude() const {
    return count_ > 0 ? whitened_.head(count_).squaredNorm() / static_cast<double>(count_) : 1;
}

}  // namespace ridge::tuner
