// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "core/measurement.hpp"
#include "cost_model/economy/ownership.hpp"
#include "cost_model/economy/prices.hpp"
#include "cost_model/economy/sensitivity.hpp"

namespace ridge::cost_model {

/// What the user decides about money. The defaults rent a device that always works, at its listed price.
struct Economy {
    std::optional<Figure> usd_per_hour;  ///< rent; overrides the device's default price
    bool price_assumed = false;          ///< usd_per_hour is what nobody asks or pays, and is marked so
    /// USD/kWh. Rented: added to the price when given, since most rents include it. Owned: has to be given.
    std::optional<Figure> electricity = std::nullopt;
    Acquisition acquisition = Acquisition::rent;
    std::optional<Figure> purchase_usd = std::nullopt;  ///< overrides the device's default price to own
    Ownership ownership{};
    Facility facility{};
    Figure utilisation{1.0};  ///< share of the paid hours in which the device has this work
    std::optional<Figure> grid_gco2_per_kwh = std::nullopt;
    std::optional<Figure> requests_per_user_day = std::nullopt;
};

/// Throws InputError for a number of the wrong sign, unit or magnitude.
void check(const Economy& economy);

/// Costs in USD; absent figures have their reason in `missing`.
struct Money {
    std::optional<RentalPrice> price;     ///< per device and hour without electricity, and where it is from
    std::optional<HourlyCost> hour;       ///< of one device, opened down to its parts
    double electricity_usd_per_hour = 0;  ///< of one device; included below where the user asked for it
    std::optional<double> usd_per_million_input;
    std::optional<double> usd_per_million_output;
    std::optional<double> usd_per_million_total;  ///< money of a request over all its tokens
    std::optional<double> usd_per_request;
    std::optional<double> usd_per_user_month;       ///< with the requests of a user in a day
    std::optional<double> output_tokens_per_kwh;    ///< at the facility's meter
    std::optional<double> gco2_per_million_output;  ///< where a grid intensity is given
    std::optional<MoneyQuestion> question;          ///< for sensitivity and Monte Carlo; with a price only
    std::string missing;
    std::string energy_missing;  ///< why there is no tokens/kWh or gCO2
};

/// Energy of the devices, without the facility's overhead.
struct Energy {
    std::optional<double> joules_per_output_token;  ///< decode
    /// Prefill, with its own power; absent where only that of decoding was measured.
    std::optional<double> joules_per_input_token;
    std::optional<double> watts;  ///< of decoding: that the output tokens' energy follows from
    /// specified: thermal design power times time. The power is an upper bound; where the time is a least
    /// one, the product is a bound of neither side.
    Provenance provenance = Provenance::specified;
    std::string basis;  ///< a few words for a column
    std::string missing;
};

/// What a device brings along about owning it.
struct OwnedDevice {
    std::optional<PurchasePrice> purchase;  ///< default price to own
    std::optional<double> rated_power_w;    ///< thermal design power, which hosting is rented for
};

/// `watts` of one device at work, for electricity; without it electricity is left out and `missing` says so.
[[nodiscard]] Money money(const RequestTimes& times, const Economy& economy,
                          const std::optional<RentalPrice>& device_price, std::optional<double> watts,
                          const OwnedDevice& owned = {});

/// Of all devices together.
[[nodiscard]] double joules_per_output_token(const RequestTimes& times, double watts);
[[nodiscard]] double joules_per_input_token(const RequestTimes& times, double watts);

}  // namespace ridge::cost_model
