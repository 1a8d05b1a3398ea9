// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cost_model/economy/figure.hpp"

namespace ridge::cost_model {

/// Rental of one device. configs/prices/rental.json has them with provider, date and source; none is made up.
struct RentalPrice {
    double usd_per_hour = 0;
    std::string term;  ///< "on_demand", "contract", "spot", "range_low", "range_high", "assumed"; "user" when
                       ///< overridden, "own" for what an owned device costs
    std::string date;  ///< ISO 8601, as exact as known; empty when undated
    std::string source;
    Interval range{};  ///< USD/h, of what other sources say; {0, 0} when there is none
};

/// Every rental row of a device, in the file's order, in USD at the rate of the row's date; empty when there
/// is none.
[[nodiscard]] std::vector<RentalPrice> rental_prices(const std::string& device_id);

/// The newest dated on_demand row, without one the newest dated contract row; of rows with the same date the
/// dearer. Its range is that of all dated rows of the twelve months before, spot and assumed ones excepted.
[[nodiscard]] std::optional<RentalPrice> default_price(const std::vector<RentalPrice>& rows);

/// Price of one device to own. configs/prices/purchase.json has them with date and source.
struct PurchasePrice {
    double usd = 0;
    std::string kind;  ///< "list", "street", "retail", "range_low", "range_high", "system_share"; "user"
    std::string date, source;
    bool includes_host = false;  ///< a share of a whole system: the host costs nothing more
    Interval range{};
};

[[nodiscard]] std::vector<PurchasePrice> purchase_prices(const std::string& device_id);

/// The newest dated row of a device alone, of rows with the same date the dearer; without one the newest
/// share of a whole system. Its range is that of all dated rows of its kind from the three years before.
[[nodiscard]] std::optional<PurchasePrice> default_purchase(const std::vector<PurchasePrice>& rows);

/// The default of configs/prices/electricity.json, USD/kWh.
[[nodiscard]] Figure default_electricity();

}  // namespace ridge::cost_model
