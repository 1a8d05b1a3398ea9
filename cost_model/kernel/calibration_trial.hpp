// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <vector>

#include "cost_model/kernel/transfer.hpp"

namespace ridge::cost_model {

/// Calls of one operator that are measured on a device before it is asked for others.
inline constexpr std::size_t calls_to_calibrate = 20;

/// What calibration makes of calls of one operator, regime and family on a device that was left out, whose
/// estimates were made with a reach of 1: `budget` of them are chosen and measured, the others are asked for.
class CalibrationTrial {
  public:
    CalibrationTrial(const std::vector<CalibrationPoint>& points, std::size_t budget);

    /// Mean of -ln of the density that the calibrated transfer has where the others turned out to be, under
    /// Student's t distribution: a prior that is sure of what is wrong loses as much as one that says nothing.
    [[nodiscard]] double loss(const TransferPrior& prior) const;

  private:
    [[nodiscard]] Eigen::MatrixXd covariance(const TransferPrior& prior) const;

    Eigen::MatrixXd levels_, parameters_, distances_;  // what each deviation multiplies
    Eigen::VectorXd ratios_;
    std::size_t budget_;
};

}  // namespace ridge::cost_model
