// SPDX-License-Identifier: Apache-2.0
#include "cost_model/economy/money_inputs.hpp"

#include <array>

namespace ridge::cost_model {
namespace {

using M = MoneyInputs;

constexpr auto inputs = std::to_array<MoneyInput>({
    {"rent", "Rent", "USD/h", &M::rent_usd_per_hour},
    {"purchase", "Purchase price", "USD", &M::purchase_usd},
    {"host_price", "Host, share of price", "ratio", &M::host_price_share},
    {"network_price", "Network, share of price", "ratio", &M::network_price_share},
    {"lifetime", "Lifetime", "years", &M::lifetime_years},
    {"interest", "Interest", "1/year", &M::interest_per_year},
    {"residual", "Residual value, share of price", "share", &M::residual_share},
    {"maintenance", "Maintenance, share of price", "1/year", &M::maintenance_share_per_year},
    {"hosting", "Hosting", "USD/kW/month", &M::hosting_usd_per_kw_month},
    {"staff", "Staff", "USD/year", &M::staff_usd_per_year},
    {"power", "Power at work", "W", &M::power_w},
    {"rated_power", "Rated power", "W", &M::rated_power_w},
    {"host_power", "Host, share of power", "ratio", &M::host_power_share},
    {"idle_power", "Idle, share of power", "share", &M::idle_power_share},
    {"pue", "PUE", "facility/computers", &M::pue},
    {"tariff", "Electricity", "USD/kWh", &M::tariff_usd_per_kwh},
    {"utilisation", "Utilisation", "utilisation", &M::utilisation},
    {"prefill_time", "Real over predicted time, prefill", "ratio", &M::prefill_time_factor},
    {"decode_time", "Real over predicted time, decode", "ratio", &M::decode_time_factor},
});

}  // namespace

std::string_view name(Acquisition acquisition) { return acquisition == Acquisition::own ? "own" : "rent"; }

std::span<const MoneyInput> money_inputs() { return inputs; }

}  // namespace ridge::cost_model
