// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ridge::cost_model {

/// Rental of one device. configs/prices/rental.json has them with date and source; none is made up.
struct RentalPrice {
    double usd_per_hour = 0;
    std::string term;  ///< "on_demand", "contract", "spot", "range_low", "range_high", "assumed"; "user" when
                       ///< overridden
    std::string date;  ///< ISO 8601, as exact as known; empty when undated
    std::string source;
};

/// Every rental row of a device, in the file's order; empty when there is none.
[[nodiscard]] std::vector<RentalPrice> rental_prices(const std::string& device_id);

/// The newest dated on_demand row, without one the newest dated contract row; of rows with the same date the
/// dearer.
[[nodiscard]] std::optional<RentalPrice> default_price(const std::vector<RentalPrice>& rows);

/// Electricity and the share of a data centre's power that does not reach its computers.
struct Electricity {
    double usd_per_kwh = 0;
    double pue = 1;  ///< power usage effectiveness: facility over computer energy, at least 1
    std::string source;
};
/// configs/prices/electricity.json.
[[nodiscard]] Electricity default_electricity();

}  // namespace ridge::cost_model
