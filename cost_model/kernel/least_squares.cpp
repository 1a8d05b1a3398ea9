// SPDX-License-Identifier: Apache-2.0
#include "cost_model/kernel/least_squares.hpp"

#include <algorithm>
#include <cmath>
#include <unsupported/Eigen/NonLinearOptimization>
#include <unsupported/Eigen/NumericalDiff>
#include <utility>

#include "core/statistics.hpp"

namespace ridge::cost_model {
namespace {

constexpr double huber_k = 1.345;      // 95 % efficiency with normal errors (Huber 1981)
constexpr double least_scale = 0.005;  // of log residuals: half a percent is below what a median reproduces
constexpr int reweightings = 50;
constexpr double still = 1e-4;      // of a logit: a ten-thousandth of a parameter's range
constexpr double same_loss = 1e-9;  // relative: parameters that the data leave open may go on wandering

double logistic(double free) { return 1.0 / (1.0 + std::exp(-free)); }

// low · (high / low)^logistic(free)
double bounded(const BoundedParameter& parameter, double free) {
    return parameter.low * std::pow(parameter.high / parameter.low, logistic(free));
}

double unbounded(const BoundedParameter& parameter) {
    const double share = std::log(parameter.start / parameter.low) / std::log(parameter.high / parameter.low);
    const double inside = std::clamp(share, 0.01, 0.99);
    return std::log(inside / (1.0 - inside));
}

std::vector<double> values_at(const std::vector<BoundedParameter>& parameters, const Eigen::VectorXd& free) {
    std::vector<double> values;
    for (std::size_t i = 0; i < parameters.size(); ++i)
        values.push_back(bounded(parameters[i], free[static_cast<Eigen::Index>(i)]));
    return values;
}

// Residuals times the square roots of their weights, and the prior's pull as further residuals.
struct WeightedResiduals {
    using Scalar = double;
    using InputType = Eigen::VectorXd;
    using ValueType = Eigen::VectorXd;
    using JacobianType = Eigen::MatrixXd;
    enum { InputsAtCompileTime = Eigen::Dynamic, ValuesAtCompileTime = Eigen::Dynamic };

    const std::vector<BoundedParameter>* parameters;
    const ResidualFunction* residuals;
    const Eigen::VectorXd* start;
    std::vector<double> root_weights;

    [[nodiscard]] int inputs() const { return static_cast<int>(parameters->size()); }
    [[nodiscard]] int values() const { return static_cast<int>(root_weights.size() + parameters->size()); }

    int operator()(const Eigen::VectorXd& free, Eigen::VectorXd& out) const {
        const auto raw = (*residuals)(values_at(*parameters, free));
        Eigen::Index row = 0;
        for (std::size_t i = 0; i < raw.size(); ++i) out[row++] = root_weights[i] * raw[i];
        for (std::size_t i = 0; i < parameters->size(); ++i) {
            const auto index = static_cast<Eigen::Index>(i);
            out[row++] = (*parameters)[i].prior * (free[index] - (*start)[index]);
        }
        return 0;
    }
};

bool all_finite(const std::vector<double>& values) {
    return std::ranges::all_of(values, [](double value) { return std::isfinite(value); });
}

double scale_of(const std::vector<double>& residuals) {
    std::vector<double> sizes;
    for (const double residual : residuals) sizes.push_back(std::abs(residual));
    return std::max(least_scale, 1.4826 * median(sizes));
}

void reweight(std::vector<double>& root_weights, const std::vector<double>& residuals) {
    const double limit = huber_k * scale_of(residuals);
    for (std::size_t i = 0; i < residuals.size(); ++i) {
        const double size = std::abs(residuals[i]);
        root_weights[i] = size <= limit ? 1.0 : std::sqrt(limit / size);
    }
}

double huber_loss(const std::vector<double>& residuals) {
    const double limit = huber_k * scale_of(residuals);
    double sum = 0;
    for (const double residual : residuals) {
        const double size = std::abs(residual);
        sum += size <= limit ? 0.5 * size * size : limit * (size - 0.5 * limit);
    }
    return sum / static_cast<double>(residuals.size());
}

}  // namespace

std::optional<RobustFit> robust_least_squares(const std::vector<BoundedParameter>& parameters,
                                              const ResidualFunction& residuals) {
    Eigen::VectorXd start(static_cast<Eigen::Index>(parameters.size()));
    for (std::size_t i = 0; i < parameters.size(); ++i)
        start[static_cast<Eigen::Index>(i)] = unbounded(parameters[i]);
    Eigen::VectorXd free = start;
    auto raw = residuals(values_at(parameters, free));
    if (raw.empty() || !all_finite(raw)) return std::nullopt;
    std::vector<double> root_weights(raw.size(), 1.0);
    double loss = huber_loss(raw);
    for (int round = 0; round < reweightings; ++round) {
        Eigen::NumericalDiff<WeightedResiduals> problem(
            WeightedResiduals{&parameters, &residuals, &start, root_weights});
        Eigen::LevenbergMarquardt<Eigen::NumericalDiff<WeightedResiduals>> solver(problem);
        const Eigen::VectorXd former = free;
        const auto status = solver.minimize(free);
        raw = residuals(values_at(parameters, free));
        if (status == Eigen::LevenbergMarquardtSpace::ImproperInputParameters || !free.allFinite() ||
            !all_finite(raw))
            return std::nullopt;
        const double former_loss = std::exchange(loss, huber_loss(raw));
        const bool still_standing = (free - former).cwiseAbs().maxCoeff() < still;
        if (round > 0 && (still_standing || std::abs(loss - former_loss) <= same_loss * loss))
            return RobustFit{values_at(parameters, free), loss};
        reweight(root_weights, raw);
    }
    return std::nullopt;
}

}  // namespace ridge::cost_model
