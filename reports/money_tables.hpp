// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "cost_model/economy/break_even.hpp"
#include "cost_model/economy/currency.hpp"
#include "cost_model/economy/monte_carlo.hpp"
#include "cost_model/token_cost.hpp"
#include "reports/table.hpp"

namespace ridge::reports {

/// How the answers about money are shown.
struct MoneyView {
    cost_model::ExchangeRate currency{};  ///< amounts are in it
    int draws = 0;                        ///< of the Monte Carlo; 0: no percentiles
    std::uint64_t seed = 1;
};

/// The parts of an hour in the order in which they are shown; at most eight, one for each colour of a chart.
struct HourPart {
    const char* title;
    double cost_model::HourlyCost::*member;
};
[[nodiscard]] std::span<const HourPart> hour_parts();

/// One row for each answer: cost of an hour, of input, output and total tokens, of a request and a user's
/// month, percentiles, tokens for a kWh, carbon. What is missing has its reason.
[[nodiscard]] Table money_table(const std::vector<cost_model::TokenCost>& costs, const MoneyView& view);

/// The cost of an hour of one device, part by part.
[[nodiscard]] Table hour_table(const std::vector<cost_model::TokenCost>& costs, const MoneyView& view);

/// Every input of each answer's cost, the one that moves it most first.
[[nodiscard]] Table sensitivity_table(const std::vector<cost_model::TokenCost>& costs, const MoneyView& view);

/// Buying one device against renting another.
struct BreakEvenCase {
    std::string bought, rented;         ///< names
    cost_model::BreakEven even;         ///< at the values
    cost_model::BreakEven best, worst;  ///< lowest price and highest rent, and the other way round
    double utilisation = 1;
};
[[nodiscard]] Table break_even_table(const std::vector<BreakEvenCase>& cases, const MoneyView& view);

/// "12.3 CNY", for amounts in a table whose column is in US dollars.
[[nodiscard]] std::string in_currency(double usd, const cost_model::ExchangeRate& currency);

}  // namespace ridge::reports
