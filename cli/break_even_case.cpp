// SPDX-License-Identifier: Apache-2.0
#include "cli/break_even_case.hpp"

#include "core/error.hpp"

namespace ridge::cli {
namespace {

using cost_model::DeviceModel;
using cost_model::Economy;
using cost_model::UncertainInputs;

// Money of any request: only what does not depend on its times is read.
UncertainInputs owned_inputs(const DeviceModel& device, const Economy& economy) {
    const cost_model::RequestTimes any{.prefill_s = 1, .step_s = 1};
    const auto money = cost_model::money(any, economy, device.price, device.device.tdp_w,
                                         {.purchase = device.purchase, .rated_power_w = device.device.tdp_w});
    if (!money.question) throw InputError(device.device.name + ": " + money.missing);
    return money.question->inputs;
}

cost_model::Figure rent_of(const DeviceModel& device, const Economy& economy) {
    if (economy.usd_per_hour) return *economy.usd_per_hour;
    if (!device.price)
        throw InputError(device.device.name +
                         ": no price per hour is known for this device; --price gives one");
    return {device.price->usd_per_hour, device.price->range};
}

}  // namespace

reports::BreakEvenCase break_even_case(const NamedDevice& bought, const NamedDevice& rented,
                                       const std::vector<std::string>& asked, MoneyOptions money,
                                       double speed_ratio) {
    money.own = true;
    const auto economy = money.economy(bought.word, asked);
    cost_model::check(economy);
    const auto own = owned_inputs(bought.model, economy);
    const auto rent = rent_of(rented.model, money.economy(rented.word, asked));
    auto cheap = own.value, dear = own.value;
    cheap.purchase_usd = own.low.purchase_usd;
    dear.purchase_usd = own.high.purchase_usd;
    return {.bought = bought.model.device.name,
            .rented = rented.model.device.name,
            .even = break_even(own.value, rent.value, speed_ratio),
            .best = break_even(cheap, rent.range.high, speed_ratio),
            .worst = break_even(dear, rent.range.low, speed_ratio),
            .utilisation = own.value.utilisation};
}

}  // namespace ridge::cli
