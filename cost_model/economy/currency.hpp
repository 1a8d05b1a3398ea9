// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ridge::cost_model {

/// Units of a currency for one US dollar on a day. Everything is computed in US dollars; prices in another
/// currency are turned with the rate of their own date, answers with one that is shown beside them.
struct ExchangeRate {
    std::string currency = "USD";  ///< ISO 4217
    double per_usd = 1;
    std::string date;  ///< ISO 8601; empty for the dollar itself only
    std::string source;
};

/// Rows of configs/prices/currency.json, all dated.
[[nodiscard]] std::vector<ExchangeRate> exchange_rates();

/// The row of a currency whose date is nearest to `date` ("2023-03"), or the newest for an empty date. The
/// dollar needs no row. Throws InputError for a currency without a row, naming those that have one.
[[nodiscard]] ExchangeRate rate_of(const std::vector<ExchangeRate>& rates, std::string_view currency,
                                   std::string_view date = {});

/// "CNY=7.1@2026-06-01"; throws InputError without a date, or with a rate that is not above 0.
[[nodiscard]] ExchangeRate parse_rate(std::string_view text);

/// Days since year 0 of "2024", "2024-07" or "2024-07-24", good to a few days; a part that is not given is in
/// the middle. Throws InputError beginning with `what` for anything else.
[[nodiscard]] double rough_day(std::string_view date, std::string_view what);

}  // namespace ridge::cost_model
