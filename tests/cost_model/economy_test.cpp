// SPDX-License-Identifier: Apache-2.0
#include "cost_model/economy/economy.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.hpp"

namespace ridge::cost_model {
namespace {

const RequestTimes times{
    .prefill_s = 0.5, .step_s = 0.02, .batch = 4, .prompt_tokens = 1000, .output_tokens = 101};
const RentalPrice three_sixty{
    .usd_per_hour = 3.6, .term = "on_demand", .date = "2026-03", .source = "somebody"};

TEST(Money, ByHand) {
    // 3.6 USD an hour are 0.001 USD a second.
    const auto cost = money(times, {}, three_sixty, std::nullopt);
    EXPECT_NEAR(*cost.usd_per_million_input, 0.001 * 0.5 / 4000 * 1e6, 1e-12);
    EXPECT_NEAR(*cost.usd_per_million_output, 0.001 * 0.02 / 4 * 1e6, 1e-12);
    EXPECT_NEAR(*cost.usd_per_request, 0.001 * (0.5 + 100 * 0.02) / 4, 1e-15);
    EXPECT_NEAR(*cost.usd_per_million_total, 0.001 * 2.5 / 4 / 1101 * 1e6, 1e-12);
    EXPECT_EQ(cost.price->source, "somebody");
}

TEST(Money, OfARequestIsThatOfItsTokens) {
    const auto cost = money(times, {}, three_sixty, std::nullopt);
    const double tokens = (*cost.usd_per_million_input * 1000 + *cost.usd_per_million_output * 100) / 1e6;
    EXPECT_NEAR(*cost.usd_per_request, tokens, 1e-15);
}

TEST(Money, FollowsTheUsersPrice) {
    const auto cost = money(times, {.usd_per_hour = 7.2, .electricity = {}}, three_sixty, std::nullopt);
    EXPECT_EQ(cost.price->term, "user");
    EXPECT_NEAR(*cost.usd_per_million_output, 10.0, 1e-12);
    EXPECT_EQ(*money(times, {.usd_per_hour = 0.0, .electricity = {}}, {}, {}).usd_per_request, 0.0);
}

TEST(Money, SaysThatAPriceIsAssumed) {
    const auto cost = money(times, {.usd_per_hour = 7.2, .price_assumed = true, .electricity = {}},
                            three_sixty, std::nullopt);
    EXPECT_EQ(cost.price->term, "assumed");
    EXPECT_EQ(cost.price->usd_per_hour, 7.2);
}

TEST(Money, AddsElectricityOfOwnedDevices) {
    const Economy economy{.usd_per_hour = 1.0, .electricity = 0.1, .facility = {.pue = 1.5}};
    EXPECT_NEAR(money(times, economy, {}, 700.0).electricity_usd_per_hour, 0.7 * 1.5 * 0.1, 1e-12);
    const auto unknown = money(times, economy, {}, std::nullopt);
    EXPECT_EQ(unknown.electricity_usd_per_hour, 0.0);
    EXPECT_THAT(unknown.missing, testing::HasSubstr("electricity"));
}

TEST(Money, IsAbsentWithAReasonWithoutAPrice) {
    const auto cost = money(times, {}, std::nullopt, std::nullopt);
    EXPECT_FALSE(cost.usd_per_million_output.has_value());
    EXPECT_THAT(cost.missing, testing::HasSubstr("no price"));
}

TEST(Economy, RefusesPricesThatMakeNoSense) {
    for (const double wrong : {-1.0, std::nan(""), HUGE_VAL, 1e6})
        EXPECT_THROW(check(Economy{.usd_per_hour = wrong}), InputError);
    EXPECT_THROW(check(Economy{.usd_per_hour = {}, .facility = {.pue = 0.9}}), InputError);
    EXPECT_THROW(check(Economy{.usd_per_hour = {}, .electricity = -0.1}), InputError);
    EXPECT_THROW(check(Economy{.usd_per_hour = {}, .electricity = 8.06}), InputError) << "cents";
    EXPECT_THROW(check(Economy{.usd_per_hour = {}, .utilisation = 60.0}), InputError) << "percent";
    EXPECT_THROW(check(Economy{.usd_per_hour = {}, .utilisation = 0.0}), InputError);
    EXPECT_THROW(check(Economy{.usd_per_hour = {}, .grid_gco2_per_kwh = 0.58}), InputError) << "kg";
    EXPECT_THROW(check(Economy{.usd_per_hour = {}, .ownership = {.lifetime_years = 60.0}}), InputError)
        << "months";
    EXPECT_THROW(check(Economy{.usd_per_hour = {}, .acquisition = Acquisition::own}), InputError)
        << "no price of electricity";
}

TEST(Energy, IsPowerTimesTime) {
    EXPECT_DOUBLE_EQ(joules_per_output_token(times, 400), 400 * 0.02 / 4);
    EXPECT_DOUBLE_EQ(joules_per_input_token(times, 400), 400 * 0.5 / 4000);
}

TEST(DefaultPrice, IsTheNewestOnDemandRow) {
    const auto row = [](double usd, const char* term, const char* date) {
        return RentalPrice{.usd_per_hour = usd, .term = term, .date = date, .source = "s"};
    };
    EXPECT_EQ(default_price({row(9, "on_demand", ""), row(4, "on_demand", "2026-03"),
                             row(2, "on_demand", "2026-03-31"), row(1, "contract", "2026-05"),
                             row(3, "spot", "2026-06")})
                  ->usd_per_hour,
              2);
    EXPECT_EQ(default_price({row(4, "on_demand", "2026-03"), row(5, "on_demand", "2026-03")})->usd_per_hour,
              5);
    EXPECT_EQ(default_price({row(1, "contract", "2026-05"), row(2, "on_demand", "")})->usd_per_hour, 1);
    EXPECT_FALSE(default_price({row(1, "spot", "2026-05"), row(1, "assumed", "2026-05")}).has_value());
}

TEST(DefaultPrice, HasTheRangeOfAYear) {
    const auto row = [](double usd, const char* term, const char* date) {
        return RentalPrice{.usd_per_hour = usd, .term = term, .date = date, .source = "s"};
    };
    const auto price = default_price({row(3, "on_demand", "2026-03"), row(2, "contract", "2025-11"),
                                      row(6, "range_high", "2026-05"), row(9, "on_demand", "2023-07"),
                                      row(1, "spot", "2026-03"), row(1, "on_demand", "")});
    EXPECT_EQ(price->range, (Interval{2, 6}));
}

TEST(DefaultPurchase, IsOfTheDeviceAloneWhereThereIsOne) {
    const auto row = [](double usd, const char* kind, const char* date) {
        return PurchasePrice{.usd = usd,
                             .kind = kind,
                             .date = date,
                             .source = "s",
                             .includes_host = std::string_view(kind) == "system_share"};
    };
    const auto price = default_purchase({row(30, "list", "2024-09"), row(34, "system_share", "2026-01"),
                                         row(25, "range_low", "2023-08"), row(29, "street", "2025")});
    EXPECT_EQ(price->usd, 29);
    EXPECT_EQ(price->range, (Interval{25, 30}));
    EXPECT_TRUE(default_purchase({row(34, "system_share", "2026-01")})->includes_host);
    EXPECT_FALSE(default_purchase({row(34, "list", "")}).has_value());
}

const Economy owner{.usd_per_hour = {},
                    .electricity = 0.1,
                    .acquisition = Acquisition::own,
                    .purchase_usd = 8760.0,
                    .ownership = {.lifetime_years = 2.0,
                                  .host_price_share = 0.5,
                                  .network_price_share = 0.25,
                                  .maintenance_share_per_year = 0.1,
                                  .hosting_usd_per_kw_month = 73.0,
                                  .staff_usd_per_year = 87.6},
                    .facility = {.pue = 1.5, .host_power_share = 0.5, .idle_power_share = 0.1}};

TEST(Money, OfAnOwnedDeviceByHand) {
    check(owner);
    const auto cost = money(times, owner, three_sixty, 400.0, {.purchase = {}, .rated_power_w = 1000.0});
    ASSERT_TRUE(cost.hour.has_value());
    EXPECT_NEAR(cost.hour->device, 0.5, 1e-12);  // 8760 USD over 2 · 8760 hours
    EXPECT_NEAR(cost.hour->host, 0.25, 1e-12);
    EXPECT_NEAR(cost.hour->network, 0.125, 1e-12);
    EXPECT_NEAR(cost.hour->maintenance, 0.175, 1e-12);  // 8760 · 1.75 · 0.1 a year
    EXPECT_NEAR(cost.hour->hosting, 0.15, 1e-12);       // 1.5 kW · 73 over 730 hours
    EXPECT_NEAR(cost.hour->staff, 0.01, 1e-12);
    EXPECT_NEAR(cost.hour->electricity, 0.4 * 1.5 * 1.5 * 0.1, 1e-12);
    EXPECT_EQ(cost.price->term, "own");
    EXPECT_NEAR(cost.price->usd_per_hour, 1.21, 1e-12);
    EXPECT_NEAR(*cost.usd_per_million_output, (1.21 + 0.09) / 3600 * 0.02 / 4 * 1e6, 1e-12);
}

TEST(Money, OfIdleHoursIsLaidOnTheTokens) {
    auto half = owner;
    half.utilisation = 0.5;
    const auto cost = money(times, half, {}, 400.0, {.purchase = {}, .rated_power_w = 1000.0});
    const double electricity = 0.4 * 1.5 * (0.5 + 0.5 * 0.1) * 1.5 * 0.1;
    EXPECT_NEAR(cost.electricity_usd_per_hour, electricity, 1e-12);
    EXPECT_NEAR(*cost.usd_per_million_output, (1.21 + electricity) / 0.5 / 3600 * 0.02 / 4 * 1e6, 1e-12);
}

TEST(Money, OfSeveralDevicesIsThatOfEach) {
    auto two = times;
    two.devices = 2;
    EXPECT_NEAR(*money(two, {}, three_sixty, {}).usd_per_request,
                2 * *money(times, {}, three_sixty, {}).usd_per_request, 1e-15);
    EXPECT_DOUBLE_EQ(joules_per_output_token(two, 400), 2 * joules_per_output_token(times, 400));
}

TEST(Money, SaysWhichOptionGivesAMissingPrice) {
    EXPECT_THAT(money(times, {}, std::nullopt, std::nullopt).missing, testing::HasSubstr("--price"));
    auto economy = owner;
    economy.purchase_usd.reset();
    EXPECT_THAT(money(times, economy, three_sixty, 400.0).missing, testing::HasSubstr("--purchase"));
}

TEST(Money, OfAUserAndAMonth) {
    const auto cost = money(times, {.usd_per_hour = 3.6, .requests_per_user_day = 12.0}, {}, {});
    EXPECT_NEAR(*cost.usd_per_user_month, *cost.usd_per_request * 365, 1e-12);
}

TEST(Money, OfAHostIsInThePriceOfASystem) {
    auto economy = owner;
    economy.purchase_usd.reset();
    const PurchasePrice share{
        .usd = 8760, .kind = "system_share", .date = "2025", .source = "s", .includes_host = true};
    EXPECT_EQ(money(times, economy, {}, 400.0, {.purchase = share, .rated_power_w = 1.0}).hour->host, 0);
}

TEST(TokensPerKwh, ByHand) {
    // 400 W, half as much for the host, PUE 1.5: 900 W at the meter for 2.5 s and 4 · 101 tokens.
    const auto cost = money(
        times,
        {.usd_per_hour = 1.0, .facility = {.pue = 1.5, .host_power_share = 0.5}, .grid_gco2_per_kwh = 500.0},
        {}, 400.0);
    EXPECT_NEAR(*cost.output_tokens_per_kwh, 404 / (900 * 2.5 / 3.6e6), 1e-6);
    EXPECT_NEAR(*cost.gco2_per_million_output, 500 * 1e6 / *cost.output_tokens_per_kwh, 1e-9);
    EXPECT_THAT(money(times, {.usd_per_hour = 1.0}, {}, {}).energy_missing, testing::HasSubstr("power"));
}

}  // namespace
}  // namespace ridge::cost_model
