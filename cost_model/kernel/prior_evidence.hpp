// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>
#include <vector>

#include "cost_model/kernel/transfer.hpp"

namespace ridge::cost_model {

/// How well priors explain what a transfer was off by on calls of one operator, regime and family, whose
/// estimates were made with a reach of 1: ln of the probability density for each call (Gaussian process
/// regression; Rasmussen and Williams 2006, eq. 2.30).
class PriorEvidence {
  public:
    explicit PriorEvidence(const std::vector<CalibrationPoint>& points);
    [[nodiscard]] double log_evidence(const TransferPrior& prior) const;

  private:
    Eigen::MatrixXd levels_, parameters_, distances_;  // what each deviation multiplies
    Eigen::VectorXd ratios_;
};

}  // namespace ridge::cost_model
