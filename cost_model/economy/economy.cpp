// SPDX-License-Identifier: Apache-2.0
#include "cost_model/economy/economy.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/text.hpp"

namespace ridge::cost_model {
namespace {

Figure figure_of(double value, const Interval& range) {
    const bool known = range.low > 0 && range.low <= value && value <= range.high;
    return known ? Figure(value, range) : Figure(value);
}

std::optional<RentalPrice> chosen_rent(const Economy& economy,
                                       const std::optional<RentalPrice>& device_price) {
    if (!economy.usd_per_hour) return device_price;
    RentalPrice price{.usd_per_hour = economy.usd_per_hour->value,
                      .term = "user",
                      .date = "",
                      .source = "given by the user",
                      .range = economy.usd_per_hour->range};
    if (!economy.price_assumed) return price;
    price.term = "assumed";
    price.source = "an assumption, which nobody asks or pays";
    return price;
}

std::optional<PurchasePrice> chosen_purchase(const Economy& economy, const OwnedDevice& owned) {
    if (!economy.purchase_usd) return owned.purchase;
    return PurchasePrice{.usd = economy.purchase_usd->value,
                         .kind = "user",
                         .date = "",
                         .source = "given by the user",
                         .includes_host = false,
                         .range = economy.purchase_usd->range};
}

// The interval of a predicted time, as a factor on the time.
Figure time_factor(double seconds, const Interval& range) {
    if (seconds <= 0 || !(range.low > 0) || range.low > seconds || range.high < seconds) return 1.0;
    return {1.0, {range.low / seconds, range.high / seconds}};
}

void set_common(UncertainInputs& in, const RequestTimes& times, const Economy& economy) {
    in.set(&MoneyInputs::pue, economy.facility.pue);
    in.set(&MoneyInputs::host_power_share, economy.facility.host_power_share);
    in.set(&MoneyInputs::idle_power_share, economy.facility.idle_power_share);
    in.set(&MoneyInputs::utilisation, economy.utilisation);
    in.set(&MoneyInputs::prefill_time_factor, time_factor(times.prefill_s, times.prefill_range));
    in.set(&MoneyInputs::decode_time_factor, time_factor(times.step_s, times.step_range));
}

void set_ownership(UncertainInputs& in, const Ownership& own, const PurchasePrice& price) {
    in.set(&MoneyInputs::purchase_usd, figure_of(price.usd, price.range));
    in.set(&MoneyInputs::lifetime_years, own.lifetime_years);
    in.set(&MoneyInputs::interest_per_year, own.interest_per_year);
    in.set(&MoneyInputs::residual_share, own.residual_share);
    in.set(&MoneyInputs::host_price_share, price.includes_host ? Figure(0.0) : own.host_price_share);
    in.set(&MoneyInputs::network_price_share, own.network_price_share);
    in.set(&MoneyInputs::maintenance_share_per_year, own.maintenance_share_per_year);
    in.set(&MoneyInputs::hosting_usd_per_kw_month, own.hosting_usd_per_kw_month);
    in.set(&MoneyInputs::staff_usd_per_year, own.staff_usd_per_year);
}

// Power and electricity; says what is left out where the power is not known.
void set_power(UncertainInputs& in, Money& out, const Economy& economy, std::optional<double> watts,
               const OwnedDevice& owned) {
    if (watts) in.set(&MoneyInputs::power_w, *watts);
    if (const auto rated = owned.rated_power_w ? owned.rated_power_w : watts)
        in.set(&MoneyInputs::rated_power_w, *rated);
    if (economy.electricity) in.set(&MoneyInputs::tariff_usd_per_kwh, *economy.electricity);
    if (!watts && (economy.electricity || economy.acquisition == Acquisition::own))
        out.missing = "electricity is left out: the power of this device is not known";
}

void set_energy(Money& out, const RequestTimes& times, const Economy& economy, const MoneyInputs& inputs) {
    if (inputs.power_w <= 0) {
        out.energy_missing = "the power of this device is not known";
        return;
    }
    out.output_tokens_per_kwh = output_tokens_per_kwh(times, inputs);
    if (economy.grid_gco2_per_kwh)
        out.gco2_per_million_output =
            gco2_per_million_output(times, inputs, economy.grid_gco2_per_kwh->value);
    else
        out.energy_missing = "no grid intensity is given; --grid-intensity gives one";
}

void set_tokens(Money& out, const Economy& economy) {
    const auto& question = *out.question;
    const auto tokens = token_money(question.times, question.inputs.value, question.acquisition);
    out.usd_per_million_input = tokens.per_million_input;
    out.usd_per_million_output = tokens.per_million_output;
    out.usd_per_million_total = tokens.per_million_total;
    out.usd_per_request = tokens.per_request;
    if (economy.requests_per_user_day)
        out.usd_per_user_month = tokens.per_request * economy.requests_per_user_day->value * days_per_month;
}

// The price of an hour without its electricity, and its basis; nothing with a reason in `missing`.
std::optional<RentalPrice> rented(UncertainInputs& in, Money& out, const Economy& economy,
                                  const std::optional<RentalPrice>& device_price) {
    const auto price = chosen_rent(economy, device_price);
    if (!price)
        out.missing = "no price per hour is known for this device; --price gives one";
    else
        in.set(&MoneyInputs::rent_usd_per_hour, figure_of(price->usd_per_hour, price->range));
    return price;
}

std::optional<RentalPrice> owned_price(UncertainInputs& in, Money& out, const Economy& economy,
                                       const OwnedDevice& owned) {
    const auto price = chosen_purchase(economy, owned);
    if (!price) {
        out.missing = "no price to own is known for this device; --purchase gives one";
        return std::nullopt;
    }
    set_ownership(in, economy.ownership, *price);
    const auto cost = hourly_cost(in.value, Acquisition::own);
    return RentalPrice{.usd_per_hour = cost.total() - cost.electricity,
                       .term = "own",
                       .date = price->date,
                       .source = price->kind + " price " + number_text(price->usd) + " USD: " + price->source,
                       .range = {}};
}

}  // namespace

void check(const Economy& economy) {
    if (economy.usd_per_hour) check(*economy.usd_per_hour, "USD/h", "price per hour");
    if (economy.purchase_usd) check(*economy.purchase_usd, "USD", "purchase price");
    if (economy.electricity) check(*economy.electricity, "USD/kWh", "price of electricity");
    if (economy.acquisition == Acquisition::own && !economy.electricity)
        throw InputError("an owned device needs a price of electricity; --tariff gives one");
    check(economy.ownership);
    check(economy.facility);
    check(economy.utilisation, "utilisation", "utilisation");
    if (economy.grid_gco2_per_kwh) {
        check(*economy.grid_gco2_per_kwh, "gCO2/kWh", "grid intensity");
        const double grams = economy.grid_gco2_per_kwh->value;
        if (grams > 0 && grams < 2)  // the cleanest grid that there is has tens of grams
            throw InputError("grid intensity is " + number_text(grams) +
                             ", should be in grams of CO2 for a kWh, not in kilograms");
    }
    if (economy.requests_per_user_day)
        check(*economy.requests_per_user_day, "1/user/day", "requests of a user in a day");
}

Money money(const RequestTimes& times, const Economy& economy, const std::optional<RentalPrice>& device_price,
            std::optional<double> watts, const OwnedDevice& owned) {
    Money out;
    UncertainInputs in;
    set_common(in, times, economy);
    set_power(in, out, economy, watts, owned);
    set_energy(out, times, economy, in.value);
    out.price = economy.acquisition == Acquisition::own ? owned_price(in, out, economy, owned)
                                                        : rented(in, out, economy, device_price);
    if (!out.price) return out;
    out.hour = hourly_cost(in.value, economy.acquisition);
    out.electricity_usd_per_hour = out.hour->electricity;
    out.question = MoneyQuestion{times, economy.acquisition, in};
    set_tokens(out, economy);
    return out;
}

double joules_per_output_token(const RequestTimes& times, double watts) {
    return watts * times.devices * times.step_s / times.batch;
}

double joules_per_input_token(const RequestTimes& times, double watts) {
    return watts * times.devices * times.prefill_s / (times.batch * times.prompt_tokens);
}

}  // namespace ridge::cost_model
