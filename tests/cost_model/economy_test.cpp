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
    const Economy economy{.usd_per_hour = 1.0, .electricity = Electricity{0.1, 1.5, "test"}};
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
    for (const double wrong : {-1.0, std::nan(""), HUGE_VAL})
        EXPECT_THROW(check(Economy{.usd_per_hour = wrong, .electricity = {}}), InputError);
    EXPECT_THROW(check(Economy{.usd_per_hour = {}, .electricity = Electricity{0.1, 0.9, ""}}), InputError);
    EXPECT_THROW(check(Economy{.usd_per_hour = {}, .electricity = Electricity{-0.1, 1.1, ""}}), InputError);
}

TEST(Energy, IsPowerTimesTimeOrAbsentWithAReason) {
    const auto energy = energy_from_tdp(times, 400.0);
    EXPECT_DOUBLE_EQ(*energy.joules_per_output_token, 400 * 0.02 / 4);
    EXPECT_DOUBLE_EQ(*energy.joules_per_input_token, 400 * 0.5 / 4000);
    EXPECT_EQ(energy.provenance, Provenance::specified);
    const auto unknown = energy_from_tdp(times, std::nullopt);
    EXPECT_FALSE(unknown.joules_per_output_token.has_value());
    EXPECT_FALSE(unknown.missing.empty());
}

TEST(DefaultPrice, IsTheNewestOnDemandRow) {
    const auto row = [](double usd, const char* term, const char* date) {
        return RentalPrice{usd, term, date, "s"};
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

}  // namespace
}  // namespace ridge::cost_model
