// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "cost_model/economy/currency.hpp"
#include "cost_model/economy/figure_catalogue.hpp"
#include "cost_model/economy/ownership.hpp"
#include "cost_model/economy/prices.hpp"

namespace ridge::cost_model {
namespace {

const std::vector<ExchangeRate> rates = {
    {"CNY", 7.0, "2023-05-26", "s"}, {"CNY", 7.2, "2024-07-24", "s"}, {"EUR", 0.9, "2024-07-24", "s"}};

std::string message_of(const std::function<void()>& action) {
    try {
        action();
    } catch (const InputError& error) {
        return error.what();
    }
    return "";
}

TEST(Rate, IsTheOneNearestToTheDate) {
    EXPECT_EQ(rate_of(rates, "CNY", "2023-03").per_usd, 7.0);
    EXPECT_EQ(rate_of(rates, "CNY", "2024-03-01").per_usd, 7.2);
    EXPECT_EQ(rate_of(rates, "CNY").per_usd, 7.2) << "the newest";
    EXPECT_EQ(rate_of(rates, "USD", "2023").per_usd, 1);
}

TEST(Rate, OfAnUnknownCurrencyNamesTheKnown) {
    EXPECT_THAT(message_of([] { static_cast<void>(rate_of(rates, "XYZ")); }),
                testing::AllOf(testing::HasSubstr("XYZ"), testing::HasSubstr("CNY, EUR, USD"),
                               testing::HasSubstr("--exchange-rate")));
}

TEST(Rate, OfTheUserNeedsADate) {
    EXPECT_EQ(parse_rate("CNY=7.1@2026-06-01").per_usd, 7.1);
    EXPECT_THAT(message_of([] { static_cast<void>(parse_rate("CNY=7.1")); }), testing::HasSubstr("no date"));
    for (const auto* wrong :
         {"CNY", "=7@2026", "CNY=7@", "CNY=-7@2026", "CNY=0@2026", "CNY=x@2026", "CNY=7@26", "CNY=7@2026-13",
          "CNY=7@2026-01-32", "CNY=7@2026-01-01-01", "CNY=inf@2026", "C@Y=7"})
        EXPECT_NE(message_of([&] { static_cast<void>(parse_rate(wrong)); }), "") << wrong;
}

TEST(RoughDay, KeepsTheOrderOfDates) {
    EXPECT_LT(rough_day("2023-12-31", "d"), rough_day("2024-01-01", "d"));
    EXPECT_LT(rough_day("2024-01", "d"), rough_day("2024", "d"));
    EXPECT_LT(rough_day("2024", "d"), rough_day("2024-12", "d"));
    EXPECT_NEAR(rough_day("2024-07-24", "d") - rough_day("2023-07-24", "d"), 365.25, 0.5);
}

TEST(Rates, OfTheCatalogueAreDatedAndNearReality) {
    const auto all = exchange_rates();
    for (const auto* currency : {"CNY", "EUR"}) EXPECT_FALSE(rate_of(all, currency).date.empty());
    for (const auto& rate : all) {
        EXPECT_FALSE(rate.source.empty());
        const auto [low, high] = rate.currency == "CNY" ? std::pair(6.0, 8.0) : std::pair(0.7, 1.1);
        EXPECT_TRUE(rate.per_usd > low && rate.per_usd < high) << rate.currency << " " << rate.per_usd;
    }
}

TEST(FigureCatalogue, OfEveryFileIsReadable) {
    for (const auto* name : {"electricity", "pue", "grid", "hosting", "staff", "ownership", "demand"})
        for (const auto& [key, figure] : figure_catalogue(name).figures) {
            EXPECT_FALSE(figure.source.empty()) << name << " " << key;
            EXPECT_FALSE(figure.date.empty()) << name << " " << key;
        }
}

TEST(FigureCatalogue, TurnsPricesAtTheRateOfTheirDate) {
    // 0.36 CNY of 2020-11 at the nearest rate, 6.4254 of 2021-05-11.
    EXPECT_NEAR(figure_catalogue("electricity").at("cn-zhongwei").value, 0.36 / 6.4254, 1e-12);
}

TEST(FigureCatalogue, NamesTheNearest) {
    EXPECT_THAT(message_of([] { static_cast<void>(figure_catalogue("electricity").at("us-txx")); }),
                testing::HasSubstr("us-tx"));
}

TEST(Ownership, OfTheCatalogueMakesSense) {
    check(load_ownership());
    check(load_facility());
    // 96,800 USD with 32.5 % on top, for 100 servers of 8.
    EXPECT_NEAR(load_ownership().staff_usd_per_year.value, 96800 * 1.325 / 800, 1e-9);
}

TEST(Prices, OfTheFieldsClaim) {
    const auto bought = default_purchase(purchase_prices("a800-80-pcie"));
    ASSERT_TRUE(bought.has_value());
    EXPECT_NEAR(bought->range.low * 7.0760, 89999,
                1e-6);  // CNY of 2023-03, the nearest rate is of 2023-05-26
    const auto rows = rental_prices("a100-80-sxm");
    EXPECT_TRUE(std::ranges::any_of(rows, [](const auto& row) {
        return row.date == "2023-03" && std::abs(row.usd_per_hour * 7.0760 - 10) < 1e-9;
    }));
}

TEST(Prices, OfManyDevicesTogetherAreOfOne) {
    const auto rack = default_purchase(purchase_prices("gb200-gpu"));
    ASSERT_TRUE(rack.has_value());
    EXPECT_NEAR(rack->usd, 3.1e6 / 72, 1e-6);
    EXPECT_TRUE(rack->includes_host);
}

TEST(Figure, IsCheckedAgainstItsUnit) {
    check(Figure(0.08, {0.05, 0.2}), "USD/kWh", "tariff");
    EXPECT_THAT(message_of([] { check(Figure(8.06), "USD/kWh", "tariff"); }),
                testing::AllOf(testing::HasSubstr("8.06"), testing::HasSubstr("cents")));
    EXPECT_THAT(message_of([] { check(Figure(60.0), "utilisation", "utilisation"); }),
                testing::HasSubstr("60 % is 0.6"));
    EXPECT_THROW(check(Figure(0.3, {0.05, 0.2}), "USD/kWh", "tariff"), InputError);
    EXPECT_THROW(check(Figure(0.1, {0.2, 0.05}), "USD/kWh", "tariff"), InputError);
}

}  // namespace
}  // namespace ridge::cost_model
