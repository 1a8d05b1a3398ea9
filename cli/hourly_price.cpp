// SPDX-License-Identifier: Apache-2.0
#include "cli/hourly_price.hpp"

namespace ridge::cli {

// The money of a request that keeps one device busy for an hour.
HourlyPrice hourly_price(const cost_model::Economy& economy, const cost_model::DeviceModel& device) {
    cost_model::check(economy);
    cost_model::RequestTimes hour;
    hour.prefill_s = 3600;
    hour.step_s = 1;
    const auto money = cost_model::money(hour, economy, device.price, device.device.tdp_w,
                                         {.purchase = device.purchase, .rated_power_w = device.device.tdp_w});
    return {money.usd_per_request, money.missing};
}

}  // namespace ridge::cli
