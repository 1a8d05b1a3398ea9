// SPDX-License-Identifier: Apache-2.0
#include "cost_model/economy/hourly_cost.hpp"

#include <cmath>

namespace ridge::cost_model {
namespace {

constexpr double watts_per_kilowatt = 1000.0;

HourlyCost own_cost(const MoneyInputs& in) {
    const double capital = in.purchase_usd *
                           capital_recovery(in.interest_per_year, in.lifetime_years, in.residual_share) /
                           hours_per_year;
    const double price = in.purchase_usd * (1 + in.host_price_share + in.network_price_share);
    const double rated_kw = in.rated_power_w / watts_per_kilowatt * (1 + in.host_power_share);
    return {.rent = 0,
            .device = capital,
            .host = capital * in.host_price_share,
            .network = capital * in.network_price_share,
            .maintenance = price * in.maintenance_share_per_year / hours_per_year,
            .hosting = rated_kw * in.hosting_usd_per_kw_month / hours_per_month,
            .staff = in.staff_usd_per_year / hours_per_year,
            .electricity = electricity_usd_per_hour(in)};
}

}  // namespace

double annuity(double interest_per_year, double years) {
    // Below this the payment is that without interest to all digits, and the formula would be 0/0.
    if (std::abs(interest_per_year) * years < 1e-9) return 1.0 / years;
    return interest_per_year / -std::expm1(-years * std::log1p(interest_per_year));
}

double capital_recovery(double interest_per_year, double years, double residual_share) {
    const double present = residual_share * std::exp(-years * std::log1p(interest_per_year));
    return (1.0 - present) * annuity(interest_per_year, years);
}

double mean_power_w(const MoneyInputs& in) {
    return in.power_w * (1 + in.host_power_share) *
           (in.utilisation + (1 - in.utilisation) * in.idle_power_share);
}

double electricity_usd_per_hour(const MoneyInputs& in) {
    return mean_power_w(in) / watts_per_kilowatt * in.pue * in.tariff_usd_per_kwh;
}

HourlyCost hourly_cost(const MoneyInputs& inputs, Acquisition acquisition) {
    if (acquisition == Acquisition::own) return own_cost(inputs);
    HourlyCost cost;
    cost.rent = inputs.rent_usd_per_hour;
    cost.electricity = electricity_usd_per_hour(inputs);
    return cost;
}

}  // namespace ridge::cost_model
