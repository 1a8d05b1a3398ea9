// SPDX-License-Identifier: Apache-2.0
// Annuities, break-even, sensitivity and Monte Carlo against known answers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.hpp"
#include "cost_model/economy/break_even.hpp"
#include "cost_model/economy/monte_carlo.hpp"

namespace ridge::cost_model {
namespace {

TEST(Annuity, OfKnownLoans) {
    EXPECT_DOUBLE_EQ(annuity(0, 4), 0.25);
    EXPECT_NEAR(annuity(0.10, 1), 1.10, 1e-12);
    // Two payments x: x/1.1 + x/1.21 = 1, so x = 1.21/2.1.
    EXPECT_NEAR(annuity(0.10, 2), 1.21 / 2.1, 1e-12);
    EXPECT_NEAR(annuity(0.08, 5), 0.2504564545668364, 1e-12);  // table value of 8 % over 5 years: 0.25046
    EXPECT_NEAR(annuity(1e-12, 4), 0.25, 1e-9) << "goes over into that without interest";
}

TEST(CapitalRecovery, LeavesWhatComesBack) {
    EXPECT_DOUBLE_EQ(capital_recovery(0, 4, 0.2), 0.2);
    // 0.11 back after a year at 10 % are 0.1 now: the rest, 0.9, costs 0.99.
    EXPECT_NEAR(capital_recovery(0.10, 1, 0.11), 0.99, 1e-12);
    EXPECT_NEAR(capital_recovery(0.10, 3, 1.0), 0.10, 1e-12) << "all comes back: the interest alone";
}

TEST(UsdPerMillion, IsTheIdentityOfTheField) {
    // Published by InferenceX in 2026: B200 at 1.95 USD/h and 4791.6 tok/s/GPU, MI300X at 1.12 and 725.2.
    EXPECT_NEAR(usd_per_million(1.95, 4791.6), 0.113, 0.0005);
    EXPECT_NEAR(usd_per_million(1.12, 725.2), 0.429, 0.0005);
}

TEST(TokenMoney, AgreesWithTheIdentity) {
    const RequestTimes times{
        .prefill_s = 0, .step_s = 0.01, .batch = 50, .prompt_tokens = 1, .output_tokens = 100, .devices = 4};
    MoneyInputs inputs;
    inputs.rent_usd_per_hour = 2;
    EXPECT_NEAR(token_money(times, inputs, Acquisition::rent).per_million_output, usd_per_million(8, 5000),
                1e-12);
}

// An A800 at 89,999 CNY against an A100 at 10 CNY an hour, electricity not counted: 9,000 hours.
TEST(BreakEven, OfTheBarePriceIsPriceOverRent) {
    MoneyInputs own;
    own.purchase_usd = 89999;
    own.lifetime_years = 5;
    const auto even = break_even(own, 10);
    EXPECT_NEAR(*even.months * hours_per_month, 8999.9, 1e-6);
    EXPECT_NEAR(*even.months * hours_per_month / 24, 375, 0.01);
    EXPECT_NEAR(*even.months_interest, *even.months, 1e-9);
    EXPECT_NEAR(*even.utilisation, 89999 / (5 * hours_per_year) / 10, 1e-12);
    EXPECT_NEAR(*break_even(own, 6).months * hours_per_month / 24, 625, 0.01);
    EXPECT_NEAR(*break_even(own, 7).months * hours_per_month / 24, 535.7, 0.01);
}

TEST(BreakEven, CountsElectricityInterestAndIdleHours) {
    MoneyInputs own;
    own.purchase_usd = 7300;
    own.lifetime_years = 5;
    own.power_w = 1000;
    own.tariff_usd_per_kwh = 0.5;
    own.utilisation = 0.5;
    const auto even = break_even(own, 3);
    // Half of the hours: 1.50 of rent and 0.25 of electricity an hour saved, 912.5 a month.
    EXPECT_NEAR(*even.months, 7300 / (1.25 * 730), 1e-12);
    own.interest_per_year = 0.12;
    const double monthly = std::pow(1.12, 1.0 / 12) - 1;
    double owed = 7300;
    int months = 0;
    while (owed > 0) owed = owed * (1 + monthly) - 912.5, ++months;
    EXPECT_EQ(std::ceil(*break_even(own, 3).months_interest), months);
    EXPECT_EQ(break_even(own, 3).months, even.months) << "without interest stays without";
}

TEST(BreakEven, UtilisationIsWhereBothCostTheSame) {
    MoneyInputs own;
    own.purchase_usd = 30000;
    own.lifetime_years = 5;
    own.interest_per_year = 0.1;
    own.power_w = 700;
    own.idle_power_share = 0.1;
    own.tariff_usd_per_kwh = 0.1;
    const auto even = break_even(own, 2.5, 0.8);
    own.utilisation = *even.utilisation;
    EXPECT_NEAR(hourly_cost(own, Acquisition::own).total(), 2.5 / 0.8 * own.utilisation, 1e-12);
}

TEST(BreakEven, IsAbsentWhereBuyingNeverPays) {
    MoneyInputs own;
    own.purchase_usd = 1e6;
    own.lifetime_years = 2;
    own.interest_per_year = 0.2;
    const auto dear = break_even(own, 1);
    EXPECT_TRUE(dear.months.has_value());
    EXPECT_FALSE(dear.months_interest.has_value()) << "the interest is more than the rent";
    EXPECT_FALSE(dear.utilisation.has_value());
    own.hosting_usd_per_kw_month = 5000;
    own.rated_power_w = 1000;
    EXPECT_FALSE(break_even(own, 1).months.has_value()) << "hosting is more than the rent";
}

MoneyQuestion question_of() {
    MoneyQuestion question{
        .times = {.prefill_s = 0.5, .step_s = 0.02, .batch = 4, .prompt_tokens = 1000, .output_tokens = 101},
        .acquisition = Acquisition::rent,
        .inputs = {}};
    question.inputs.set(&MoneyInputs::rent_usd_per_hour, Figure(3.0, {2.0, 6.0}));
    question.inputs.set(&MoneyInputs::utilisation, Figure(0.5, {0.4, 0.6}));
    return question;
}

TEST(Sensitivity, OfRentIsOneAndOfUtilisationMinusOne) {
    const auto found = sensitivities(question_of());
    ASSERT_EQ(found.size(), 3U) << "rent, utilisation, decode's time";
    EXPECT_EQ(found[0].input->id, "rent");
    EXPECT_NEAR(*found[0].elasticity, 1, 1e-9);
    EXPECT_NEAR(found[0].cost_at_high / found[0].cost_at_low, 3, 1e-12);
    EXPECT_EQ(found[1].input->id, "utilisation");
    EXPECT_NEAR(*found[1].elasticity, -1, 1e-5);
    EXPECT_EQ(found[2].input->id, "decode_time");
    EXPECT_EQ(found[2].swing(), 0);
}

TEST(Sensitivity, OfOwningWeighsEveryPart) {
    auto question = question_of();
    question.acquisition = Acquisition::own;
    question.inputs.set(&MoneyInputs::purchase_usd, Figure(30000, {25000, 40000}));
    question.inputs.set(&MoneyInputs::lifetime_years, Figure(5, {3, 6}));
    question.inputs.set(&MoneyInputs::power_w, 700.0);
    question.inputs.set(&MoneyInputs::tariff_usd_per_kwh, Figure(0.08, {0.05, 0.2}));
    const auto found = sensitivities(question);
    double prices = 0;
    for (const auto& one : found) {
        EXPECT_NE(one.input->id, "rent");
        if (one.input->id == "purchase" || one.input->id == "tariff") prices += *one.elasticity;
    }
    EXPECT_NEAR(prices, 1, 1e-9) << "twice every price is twice the cost";
    EXPECT_TRUE(std::ranges::is_sorted(found, std::ranges::greater{}, &Sensitivity::swing));
}

TEST(Triangular, HasItsQuantiles) {
    EXPECT_DOUBLE_EQ(triangular(2, 2, 2, 0.7), 2);
    EXPECT_DOUBLE_EQ(triangular(0, 1, 2, 0.5), 1);
    EXPECT_DOUBLE_EQ(triangular(0, 1, 2, 0.125), 0.5);
    EXPECT_DOUBLE_EQ(triangular(0, 0, 1, 0.75), 0.5);
    EXPECT_DOUBLE_EQ(triangular(0, 1, 1, 0.25), 0.5);
}

TEST(LogNormalFactor, HasTheIntervalsEndsAsPercentiles) {
    EXPECT_NEAR(log_normal_factor(0.8, 1.5, 1.2815515655446004), 1.5, 1e-12);
    EXPECT_NEAR(log_normal_factor(0.8, 1.5, -1.2815515655446004), 0.8, 1e-12);
    EXPECT_DOUBLE_EQ(log_normal_factor(1, 1, 3), 1);
}

TEST(MonteCarlo, OfOnePriceIsItsDistribution) {
    auto question = question_of();
    question.inputs.set(&MoneyInputs::utilisation, 1.0);
    const auto spread = monte_carlo(question, 20000);
    const double at_one = token_money(question.times, MoneyInputs{.rent_usd_per_hour = 1}, Acquisition::rent)
                              .per_million_output;
    for (const auto& [p, seen] : {std::pair(0.05, spread.per_million_output.interval.low),
                                  std::pair(0.5, spread.per_million_output.median),
                                  std::pair(0.95, spread.per_million_output.interval.high)})
        EXPECT_NEAR(seen / at_one, triangular(2, 3, 6, p), 0.05) << p;
}

TEST(MonteCarlo, OfTheModelsErrorIsItsInterval) {
    auto question = question_of();
    question.inputs = {};
    question.inputs.set(&MoneyInputs::rent_usd_per_hour, 1.0);
    question.inputs.set(&MoneyInputs::decode_time_factor, Figure(1.0, {0.7, 1.6}));
    const auto spread = monte_carlo(question, 20000);
    const double base =
        token_money(question.times, question.inputs.value, Acquisition::rent).per_million_output;
    // From the 10th and 90th percentiles to the 5th and 95th: 1.6449 over 1.2816 as far in the logarithm.
    EXPECT_NEAR(spread.per_million_output.interval.low / base, std::pow(0.7, 1.2835), 0.01);
    EXPECT_NEAR(spread.per_million_output.median / base, 1.0, 0.01);
    EXPECT_NEAR(spread.per_million_output.interval.high / base, std::pow(1.6, 1.2835), 0.03);
    EXPECT_EQ(spread.per_million_input.interval.low, spread.per_million_input.interval.high);
}

TEST(MonteCarlo, IsTheSameWithTheSameSeed) {
    const auto one = monte_carlo(question_of(), 1000, 7);
    const auto other = monte_carlo(question_of(), 1000, 7);
    EXPECT_EQ(one.per_request.interval, other.per_request.interval);
    EXPECT_NE(one.per_request.median, monte_carlo(question_of(), 1000, 8).per_request.median);
    EXPECT_THROW((void)monte_carlo(question_of(), 1), InputError);
    EXPECT_THROW((void)monte_carlo(question_of(), most_draws + 1), InputError);
}

}  // namespace
}  // namespace ridge::cost_model
