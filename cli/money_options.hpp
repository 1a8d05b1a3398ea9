// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <map>
#include <string>
#include <vector>

#include "cost_model/economy/currency.hpp"
#include "cost_model/economy/economy.hpp"

namespace ridge::cli {

/// What the user pays, of `ridge cost`, `ridge report` and `ridge breakeven`.
struct MoneyOptions {
    std::vector<std::string> prices;             ///< rent: "2.10", "h100-sxm=2.10", "10CNY@2023-03"
    std::vector<std::string> assumed_prices;     ///< likewise
    std::vector<std::string> purchases;          ///< likewise, to own
    std::vector<std::string> rates;              ///< "CNY=7.1@2026-06-01"
    std::map<std::string, std::string> figures;  ///< by option: of owning, electricity, utilisation, carbon
    std::string currency = "USD";
    bool rent = false, own = false;

    /// Everything; `with_rent_or_own` is false for a command that is about both.
    void add(CLI::App& command, bool with_rent_or_own = true);
    /// For one of the devices, `words` being what the user named them. Throws InputError for a price of a
    /// device that is none of them, and for every number that makes no sense.
    [[nodiscard]] cost_model::Economy economy(const std::string& word,
                                              const std::vector<std::string>& words) const;
    /// What answers are shown in.
    [[nodiscard]] cost_model::ExchangeRate shown() const;
    /// Whether anything was said about money that the table of costs has no column for.
    [[nodiscard]] bool said() const;

  private:
    [[nodiscard]] std::vector<cost_model::ExchangeRate> known_rates() const;
};

}  // namespace ridge::cli
