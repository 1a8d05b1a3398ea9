// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "cost_model/economy/token_money.hpp"

namespace ridge::cost_model {

/// A question about money with what is uncertain in it.
struct MoneyQuestion {
    RequestTimes times;
    Acquisition acquisition = Acquisition::rent;
    UncertainInputs inputs;
};

/// How the cost of a million output tokens answers to one input, all others at their values.
struct Sensitivity {
    const MoneyInput* input = nullptr;
    double value = 0, low = 0, high = 0;
    /// Relative change of the cost over that of the input, for a small one; absent where the input is 0.
    std::optional<double> elasticity;
    double cost_at_low = 0, cost_at_high = 0;  ///< USD for a million output tokens
    [[nodiscard]] double swing() const {
        return cost_at_high > cost_at_low ? cost_at_high - cost_at_low : cost_at_low - cost_at_high;
    }
};

/// Every input that the cost depends on, the one with the largest swing over its interval first, then by
/// elasticity.
[[nodiscard]] std::vector<Sensitivity> sensitivities(const MoneyQuestion& question);

}  // namespace ridge::cost_model
