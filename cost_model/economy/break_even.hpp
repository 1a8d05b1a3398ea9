// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "cost_model/economy/hourly_cost.hpp"

namespace ridge::cost_model {

/// When buying a device has paid for itself against renting one that does the same work.
struct BreakEven {
    double spent_at_once_usd = 0;       ///< device, host and network
    double rent_usd_per_month = 0;      ///< of the hours in which there is work
    double running_usd_per_month = 0;   ///< electricity, hosting, staff and maintenance of the owned one
    double own_usd_per_hour = 0;        ///< all of it over the lifetime, with interest and residual value
    double rent_usd_per_hour_used = 0;  ///< for the work that the owned device does in an hour of work
    /// Months until the rent saved has paid the purchase; absent when it never does.
    std::optional<double> months;           ///< money now is worth as much as later
    std::optional<double> months_interest;  ///< what is not yet paid back bears the interest
    /// Above this share of hours with work the owned device is the cheaper one over its lifetime; absent when
    /// that is above 1.
    std::optional<double> utilisation;
};

/// `own` has everything of the owned device, `rent_usd_per_hour` is paid only in hours with work, for a
/// device that does `speed_ratio` times the owned one's work in an hour.
[[nodiscard]] BreakEven break_even(const MoneyInputs& own, double rent_usd_per_hour,
                                   double speed_ratio = 1.0);

}  // namespace ridge::cost_model
