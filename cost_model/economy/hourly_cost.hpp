// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cost_model/economy/money_inputs.hpp"

namespace ridge::cost_model {

inline constexpr double hours_per_year = 8760;  // 365 days; a leap year has 0.3 % more
inline constexpr double hours_per_month = 730;  // a twelfth of that

/// Yearly payment for one unit of money lent over `years` at `interest` a year, paid back with equal payments
/// at each year's end: i / (1 - (1 + i)^-n), and 1/n without interest (capital recovery factor). Years need
/// not be whole.
[[nodiscard]] double annuity(double interest_per_year, double years);

/// Yearly payment for one unit of which `residual_share` comes back at the end: the payment for what the
/// residual's present value does not cover.
[[nodiscard]] double capital_recovery(double interest_per_year, double years, double residual_share);

/// What a device costs in an hour, at work or not, by part; USD. Without rent when owned, without all but
/// rent and electricity when rented.
struct HourlyCost {
    double rent = 0;
    double device = 0, host = 0, network = 0;  ///< capital: price and interest over the lifetime
    double maintenance = 0, hosting = 0, staff = 0;
    double electricity = 0;
    [[nodiscard]] double total() const {
        return rent + device + host + network + maintenance + hosting + staff + electricity;
    }
};

[[nodiscard]] HourlyCost hourly_cost(const MoneyInputs& inputs, Acquisition acquisition);

/// Mean power of the device with its part of the host, before the facility's overhead: at work for the share
/// of utilisation, idle for the rest.
[[nodiscard]] double mean_power_w(const MoneyInputs& inputs);

/// Electricity of an hour at the facility's meter.
[[nodiscard]] double electricity_usd_per_hour(const MoneyInputs& inputs);

}  // namespace ridge::cost_model
