// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "cost_model/economy/currency.hpp"
#include "cost_model/token_cost.hpp"
#include "reports/table.hpp"

namespace ridge::reports {

/// One row for each answer: provenance, times, tokens/s, energy and money, the limiter and the memory needed.
/// Figures that follow from bare roofs carry "≤" or "≥". An answer that is not ok has its reason in place of
/// each number. Amounts are in US dollars, as their columns say; people read them in `shown`.
[[nodiscard]] Table cost_table(const std::vector<cost_model::TokenCost>& costs,
                               const cost_model::ExchangeRate& shown = {});

/// The columns that tell most, for a terminal; `costs` are of one model and workload, which the title names.
[[nodiscard]] Table cost_summary(const std::vector<cost_model::TokenCost>& costs,
                                 const cost_model::ExchangeRate& shown = {});

/// Every role of prefill and decode of each answer that is ok: calls, time of one and of all, share,
/// provenance, limiter.
[[nodiscard]] Table breakdown_table(const std::vector<cost_model::TokenCost>& costs);

}  // namespace ridge::reports
