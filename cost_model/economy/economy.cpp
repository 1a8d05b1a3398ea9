// SPDX-License-Identifier: Apache-2.0
#include "cost_model/economy/economy.hpp"

#include <cmath>

#include "core/error.hpp"
#include "core/text.hpp"

namespace ridge::cost_model {
namespace {

constexpr double seconds_per_hour = 3600.0;
constexpr double watts_per_kilowatt = 1000.0;
constexpr double million = 1e6;

std::optional<RentalPrice> chosen_price(const Economy& economy,
                                        const std::optional<RentalPrice>& device_price) {
    if (!economy.usd_per_hour) return device_price;
    if (economy.price_assumed)
        return RentalPrice{.usd_per_hour = *economy.usd_per_hour,
                           .term = "assumed",
                           .date = "",
                           .source = "an assumption, which nobody asks or pays"};
    return RentalPrice{
        .usd_per_hour = *economy.usd_per_hour, .term = "user", .date = "", .source = "given by the user"};
}

void require_price(double value, const char* what) {
    if (!std::isfinite(value) || value < 0)
        throw InputError(std::string(what) + " is " + number_text(value) +
                         ", should be a finite number of at least 0");
}

}  // namespace

void check(const Economy& economy) {
    if (economy.usd_per_hour) require_price(*economy.usd_per_hour, "price per hour");
    if (!economy.electricity) return;
    require_price(economy.electricity->usd_per_kwh, "price of electricity per kWh");
    if (!std::isfinite(economy.electricity->pue) || economy.electricity->pue < 1)
        throw InputError("PUE is " + number_text(economy.electricity->pue) + ", should be at least 1");
}

Money money(const RequestTimes& times, const Economy& economy, const std::optional<RentalPrice>& device_price,
            std::optional<double> watts) {
    Money out;
    out.price = chosen_price(economy, device_price);
    if (!out.price) {
        out.missing = "no price per hour is known for this device; give one";
        return out;
    }
    if (economy.electricity && watts)
        out.electricity_usd_per_hour =
            *watts / watts_per_kilowatt * economy.electricity->pue * economy.electricity->usd_per_kwh;
    else if (economy.electricity)
        out.missing = "electricity is left out: the power of this device is not known";
    const double usd_per_s = (out.price->usd_per_hour + out.electricity_usd_per_hour) / seconds_per_hour;
    out.usd_per_million_input = usd_per_s * times.prefill_s / (times.batch * times.prompt_tokens) * million;
    out.usd_per_million_output = usd_per_s * times.step_s / times.batch * million;
    out.usd_per_request = usd_per_s * times.request_s() / times.batch;
    out.usd_per_million_total = *out.usd_per_request / (times.prompt_tokens + times.output_tokens) * million;
    return out;
}

double joules_per_output_token(const RequestTimes& times, double watts) {
    return watts * times.step_s / times.batch;
}

double joules_per_input_token(const RequestTimes& times, double watts) {
    return watts * times.prefill_s / (times.batch * times.prompt_tokens);
}

Energy energy_from_tdp(const RequestTimes& times, std::optional<double> tdp_w) {
    Energy out;
    if (!tdp_w) {
        out.missing = "no energy was measured and no thermal design power is known for this device";
        return out;
    }
    out.watts = tdp_w;
    out.joules_per_output_token = joules_per_output_token(times, *tdp_w);
    out.joules_per_input_token = joules_per_input_token(times, *tdp_w);
    out.basis = "TDP × time";
    return out;
}

}  // namespace ridge::cost_model
