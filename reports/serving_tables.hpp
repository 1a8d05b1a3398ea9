// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "cost_model/serving/fleet_plan.hpp"
#include "cost_model/serving/summary.hpp"
#include "reports/table.hpp"

namespace ridge::reports {

/// What the title of a table of a simulation says.
struct ServiceWords {
    std::string model, device, parallelism, traffic;
};

/// Mean and percentiles of TTFT, TPOT and the whole request.
[[nodiscard]] Table latency_table(const cost_model::serving::ServingSummary& summary,
                                  const ServiceWords& words);
/// Rates, in one row.
[[nodiscard]] Table throughput_table(const cost_model::serving::ServingSummary& summary,
                                     const cost_model::serving::Service& service,
                                     const cost_model::serving::Slo& slo);
/// How full the service is, in one row.
[[nodiscard]] Table load_table(const cost_model::serving::ServingSummary& summary, bool power_known);

/// The options of a plan, the cheapest first.
[[nodiscard]] Table plan_table(const cost_model::serving::FleetPlan& plan,
                               const std::vector<cost_model::serving::FleetCandidate>& candidates,
                               int percentile);
/// Candidates that do not meet the target, the closest first.
[[nodiscard]] Table misses_table(const cost_model::serving::FleetPlan& plan,
                                 const std::vector<cost_model::serving::FleetCandidate>& candidates);

}  // namespace ridge::reports
