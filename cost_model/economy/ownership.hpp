// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cost_model/economy/figure.hpp"

namespace ridge::cost_model {

/// What owning a device takes besides its price and its electricity. The defaults are a device that lasts a
/// year and nothing else; load_ownership() reads those of configs/prices.
struct Ownership {
    Figure lifetime_years{1.0};
    Figure interest_per_year{0.0};
    Figure residual_share{0.0};
    Figure host_price_share{0.0};
    Figure network_price_share{0.0};
    Figure maintenance_share_per_year{0.0};
    Figure hosting_usd_per_kw_month{0.0};
    Figure staff_usd_per_year{0.0};  ///< for one device
};
[[nodiscard]] Ownership load_ownership();

/// What lies between a device and the meter.
struct Facility {
    Figure pue{1.0};
    Figure host_power_share{0.0};
    Figure idle_power_share{0.0};
};
[[nodiscard]] Facility load_facility();

/// Throws InputError for a share above 1, a lifetime in months and the like.
void check(const Ownership& ownership);
void check(const Facility& facility);

}  // namespace ridge::cost_model
