// SPDX-License-Identifier: Apache-2.0
#include "cost_model/economy/break_even.hpp"

#include <cmath>

namespace ridge::cost_model {
namespace {

double running_per_hour(const HourlyCost& cost) {
    return cost.maintenance + cost.hosting + cost.staff + cost.electricity;
}

std::optional<double> months_with_interest(double spent, double saved_per_month, double interest_per_year) {
    const double monthly = std::expm1(std::log1p(interest_per_year) / 12.0);
    if (monthly <= 0) return spent / saved_per_month;
    const double left = 1.0 - spent * monthly / saved_per_month;
    if (left <= 0) return std::nullopt;  // the interest eats all that is saved
    return -std::log(left) / std::log1p(monthly);
}

// Own cost an hour is linear in utilisation u, by its electricity; rent is u · rate: where they meet.
std::optional<double> meeting_utilisation(MoneyInputs own, double rent_per_hour_used) {
    own.utilisation = 0;
    const double idle = hourly_cost(own, Acquisition::own).total();
    own.utilisation = 1;
    const double slope = hourly_cost(own, Acquisition::own).total() - idle;
    if (rent_per_hour_used <= slope) return std::nullopt;
    const double utilisation = idle / (rent_per_hour_used - slope);
    return utilisation <= 1 ? std::optional(utilisation) : std::nullopt;
}

}  // namespace

BreakEven break_even(const MoneyInputs& own, double rent_usd_per_hour, double speed_ratio) {
    const auto hour = hourly_cost(own, Acquisition::own);
    BreakEven out;
    out.spent_at_once_usd = own.purchase_usd * (1 + own.host_price_share + own.network_price_share);
    out.rent_usd_per_hour_used = rent_usd_per_hour / speed_ratio;
    out.rent_usd_per_month = out.rent_usd_per_hour_used * own.utilisation * hours_per_month;
    out.running_usd_per_month = running_per_hour(hour) * hours_per_month;
    out.own_usd_per_hour = hour.total();
    out.utilisation = meeting_utilisation(own, out.rent_usd_per_hour_used);
    const double saved = out.rent_usd_per_month - out.running_usd_per_month;
    if (saved <= 0) return out;
    out.months = out.spent_at_once_usd / saved;
    out.months_interest = months_with_interest(out.spent_at_once_usd, saved, own.interest_per_year);
    return out;
}

}  // namespace ridge::cost_model
