// SPDX-License-Identifier: Apache-2.0
#include "cost_model/economy/ownership.hpp"

#include "cost_model/economy/figure_catalogue.hpp"

namespace ridge::cost_model {
namespace {

Figure divided(const Figure& above, const Figure& below) {
    return {above.value / below.value,
            {above.range.low / below.range.high, above.range.high / below.range.low},
            above.date,
            above.source + "; " + below.source};
}

// Pay with what the employer adds, over the devices that one person looks after.
Figure staff_for_a_device() {
    const auto staff = figure_catalogue("staff");
    const double loaded = 1 + staff.at("employer_share").value;
    const double devices = staff.at("devices_per_server").value;
    return divided(staff.at("pay").scaled(loaded), staff.at("servers_per_person").scaled(devices));
}

}  // namespace

Ownership load_ownership() {
    const auto figures = figure_catalogue("ownership");
    return {.lifetime_years = figures.at("lifetime"),
            .interest_per_year = figures.at("interest"),
            .residual_share = figures.at("residual"),
            .host_price_share = figures.at("host_price"),
            .network_price_share = figures.at("network_price"),
            .maintenance_share_per_year = figures.at("maintenance"),
            .hosting_usd_per_kw_month = figure_catalogue("hosting").at(""),
            .staff_usd_per_year = staff_for_a_device()};
}

Facility load_facility() {
    const auto figures = figure_catalogue("ownership");
    return {.pue = figure_catalogue("pue").at(""),
            .host_power_share = figures.at("host_power"),
            .idle_power_share = figures.at("idle_power")};
}

void check(const Ownership& own) {
    check(own.lifetime_years, "years", "lifetime");
    check(own.interest_per_year, "1/year", "interest");
    check(own.residual_share, "share", "residual value");
    check(own.host_price_share, "ratio", "price of the host");
    check(own.network_price_share, "ratio", "price of the network");
    check(own.maintenance_share_per_year, "1/year", "maintenance");
    check(own.hosting_usd_per_kw_month, "USD/kW/month", "hosting");
    check(own.staff_usd_per_year, "USD/year", "staff");
}

void check(const Facility& facility) {
    check(facility.pue, "facility/computers", "PUE");
    check(facility.host_power_share, "ratio", "power of the host");
    check(facility.idle_power_share, "share", "power of an idle device");
}

}  // namespace ridge::cost_model
