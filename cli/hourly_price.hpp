// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "cost_model/device_model.hpp"
#include "cost_model/economy/economy.hpp"

namespace ridge::cli {

/// USD that one device costs in an hour, rented or owned, electricity included where it is paid apart;
/// absent, with the reason, where there is no price.
struct HourlyPrice {
    std::optional<double> usd;
    std::string missing;
};

/// The device is taken to draw its thermal design power. Throws InputError for an economy that makes no
/// sense.
[[nodiscard]] HourlyPrice hourly_price(const cost_model::Economy& economy,
                                       const cost_model::DeviceModel& device);

}  // namespace ridge::cli
