// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cost_model/economy/currency.hpp"
#include "cost_model/economy/figure.hpp"

namespace ridge::cli {

/// A figure as the user writes it: "0.08", "8%", "0.05..0.20" (value in the middle), "0.05..0.08..0.20", each
/// with a currency and its date where it is money: "10CNY", "10CNY@2023-03", "0.30..0.45EUR". In US dollars
/// at the rate of that date, without a date at the newest one. `unit` is one of figure_limits(); `what`
/// begins every complaint (InputError): a number that is none, out of the unit's limits, an unknown currency.
[[nodiscard]] cost_model::Figure parse_figure(std::string_view text, std::string_view unit,
                                              const std::string& what,
                                              const std::vector<cost_model::ExchangeRate>& rates);

}  // namespace ridge::cli
