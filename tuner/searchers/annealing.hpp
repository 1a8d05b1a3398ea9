// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tuner/sequential_search.hpp"

namespace ridge::tuner {

/// Simulated annealing (Kirkpatrick et al. 1983). Scale-free: a step uphill is weighed by the ratio of the
/// two values against the spread of all ratios met so far, so no temperature has to be set.
class AnnealingSearcher : public SequentialSearch {
  public:
    static constexpr std::string_view registered_name = "annealing";
    [[nodiscard]] std::string_view name() const override { return registered_name; }

  protected:
    Task strategy() override;
};

}  // namespace ridge::tuner
