// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "core/statistics.hpp"
#include "cost_model/economy/figure.hpp"

namespace ridge::cost_model {

enum class Acquisition { rent, own };
[[nodiscard]] std::string_view name(Acquisition acquisition);

/// All that the money and energy of a device follow from, as plain numbers: pure functions take it, the
/// sensitivity and the Monte Carlo vary it. Of one device.
struct MoneyInputs {
    double rent_usd_per_hour = 0;
    double purchase_usd = 0;
    double host_price_share = 0;     ///< price of the host's part for one device over the device's
    double network_price_share = 0;  ///< likewise of switches, adapters and cables
    double lifetime_years = 1;
    double interest_per_year = 0;
    double residual_share = 0;              ///< of the price, got back at the end of the lifetime
    double maintenance_share_per_year = 0;  ///< of the price of device, host and network
    double hosting_usd_per_kw_month = 0;    ///< for each kW of rated power, electricity not included
    double staff_usd_per_year = 0;
    double power_w = 0;           ///< of the device at work
    double rated_power_w = 0;     ///< thermal design power: what hosting is rented for
    double host_power_share = 0;  ///< power of the host and network over the device's
    double idle_power_share = 0;  ///< power of the idle device over that at work
    double pue = 1;
    double tariff_usd_per_kwh = 0;
    double utilisation = 1;          ///< share of the paid hours in which it works
    double prefill_time_factor = 1;  ///< real over predicted time
    double decode_time_factor = 1;
};

/// One of them, for tables: which, its words, its unit's name in figure_limits().
struct MoneyInput {
    std::string_view id, title, unit;
    double MoneyInputs::*member = nullptr;
};
[[nodiscard]] std::span<const MoneyInput> money_inputs();

/// Values with what the sources leave open.
struct UncertainInputs {
    MoneyInputs value, low, high;
    void set(double MoneyInputs::*member, const Figure& figure) {
        value.*member = figure.value;
        low.*member = figure.range.low;
        high.*member = figure.range.high;
    }
};

}  // namespace ridge::cost_model
