// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "cost_model/scenario/scenario.hpp"
#include "reports/table.hpp"

namespace ridge::reports {

struct ScenarioOutcome {
    cost_model::ClaimScenario scenario;
    cost_model::ScenarioResult result;
};

/// One row a scenario: words, claimed value, what the model says, verdict and why.
[[nodiscard]] Table scenario_table(const std::vector<ScenarioOutcome>& outcomes);
/// How many were reproduced, refuted and undecidable.
[[nodiscard]] Table verdict_table(const std::vector<ScenarioOutcome>& outcomes);

}  // namespace ridge::reports
