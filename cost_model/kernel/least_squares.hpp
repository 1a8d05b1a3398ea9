// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <vector>

namespace ridge::cost_model {

/// A positive parameter kept strictly between two bounds; its logarithm is what varies.
struct BoundedParameter {
    double low = 0, high = 0;
    double start = 0;
    /// Weight of a pull towards `start`, small enough to matter only where the data say nothing.
    double prior = 0.02;
};

/// Residuals, one for each observation, at these parameter values.
using ResidualFunction = std::function<std::vector<double>(const std::vector<double>&)>;

struct RobustFit {
    std::vector<double> values;
    double loss = 0;  ///< Huber loss of the residuals, mean over the observations
};

/// Least squares with Huber weights (k = 1.345 times the residuals' scale from their median absolute
/// deviation): iteratively reweighted Levenberg-Marquardt, until no value or the loss moves. Nothing when it
/// does not converge.
[[nodiscard]] std::optional<RobustFit> robust_least_squares(const std::vector<BoundedParameter>& parameters,
                                                            const ResidualFunction& residuals);

}  // namespace ridge::cost_model
