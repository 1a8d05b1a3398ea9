// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/cost_tables.hpp"
#include "reports/money_chart.hpp"

namespace ridge::reports {
namespace {

using cost_model::Economy;
using testing::EndsWith;
using testing::HasSubstr;

cost_model::TokenCost cost_of(const char* device, const Economy& economy) {
    return cost_model::evaluate(cost_model::load_model("llama-2-7b"), cost_model::load_device(device), {},
                                economy);
}

Economy owner() {
    Economy economy{.usd_per_hour = {}, .acquisition = cost_model::Acquisition::own};
    economy.electricity = cost_model::default_electricity();
    economy.ownership = cost_model::load_ownership();
    economy.facility = cost_model::load_facility();
    return economy;
}

const MoneyView yuan{.currency = {"CNY", 7.0, "2026-01-27", "test"}};

TEST(MoneyTable, HasAReasonForEveryNumberThatIsMissing) {
    const auto table = money_table({cost_of("a30", {})}, {.draws = 10});
    for (std::size_t i = 0; i < table.columns().size(); ++i) {
        const auto& cell = table.rows()[0][i];
        EXPECT_TRUE(!cell.value.is_null() || !cell.note.empty()) << table.columns()[i]->id;
    }
    EXPECT_THAT(table.at(0, "cost_per_request").note, HasSubstr("--price"));
}

TEST(MoneyTable, IsInItsCurrency) {
    const std::vector costs = {cost_of("h100-sxm", {.usd_per_hour = 2.0})};
    const auto table = money_table(costs, yuan);
    EXPECT_EQ(table.at(0, "hour_cost").value, 14.0);
    EXPECT_THAT(table.title(), HasSubstr("CNY at 7"));
    const auto shown = cost_table(costs, yuan.currency);
    EXPECT_EQ(shown.at(0, "price_per_hour_usd").value, 2.0);
    EXPECT_EQ(shown.at(0, "price_per_hour_usd").text, "14.0 CNY");
    EXPECT_THAT(shown.at(0, "cost_per_million_tokens_usd").text,
                testing::AllOf(testing::StartsWith("≥ "), EndsWith(" CNY")));
}

TEST(HourTable, AddsUpToTheHour) {
    const auto cost = cost_of("h100-sxm", owner());
    const auto table = hour_table({cost}, {});
    double sum = 0, share = 0;
    for (std::size_t i = 0; i < table.size(); ++i) {
        sum += table.at(i, "hour_part").value.get<double>();
        share += table.at(i, "hour_share").value.get<double>();
    }
    EXPECT_NEAR(sum, cost.money.hour->total(), 1e-12);
    EXPECT_NEAR(share, 1, 1e-12);
    EXPECT_EQ(table.size(), 7U) << "all but rent";
}

TEST(HourChart, HasTheNumbersOfTheTable) {
    const auto chart =
        hour_chart({cost_of("h100-sxm", owner()), cost_of("a100-80-sxm", {}), cost_of("a30", {})}, yuan);
    ASSERT_EQ(chart.bars.size(), 2U) << "one device has no price";
    EXPECT_LE(chart.series.size(), 8U);
    EXPECT_EQ(chart.bars[0].segments.size(), 7U);
    EXPECT_EQ(chart.bars[1].segments.size(), 1U);
    EXPECT_THAT(chart.bars[1].total, HasSubstr("CNY an hour, on_demand"));
}

TEST(BreakEvenScene, CrossesAtTheMonths) {
    cost_model::MoneyInputs own;
    own.purchase_usd = 7300;
    own.lifetime_years = 5;
    const BreakEvenCase one{
        .bought = "A", .rented = "B", .even = break_even(own, 1.0), .best = {}, .worst = {}};
    const auto scene = break_even_scene(one, yuan);
    ASSERT_EQ(scene.lines.size(), 2U);
    ASSERT_EQ(scene.points.size(), 1U);
    EXPECT_NEAR(scene.points[0].at.x, 10, 1e-12);
    for (const auto& line : scene.lines) {
        const double slope = (line.to.y - line.from.y) / (line.to.x - line.from.x);
        EXPECT_NEAR(line.from.y + slope * 10, scene.points[0].at.y, 1e-9) << line.label;
    }
    EXPECT_NEAR(scene.points[0].at.y, 7300 * 7.0, 1e-9);
}

TEST(BreakEvenTable, SaysThatItNeverPays) {
    cost_model::MoneyInputs own;
    own.purchase_usd = 1e6;
    own.lifetime_years = 2;
    own.interest_per_year = 0.2;
    const auto table = break_even_table(
        {{.bought = "A", .rented = "B", .even = break_even(own, 1.0), .best = {}, .worst = {}}}, {});
    EXPECT_THAT(table.at(0, "months_with_interest").note, HasSubstr("never"));
    EXPECT_THAT(table.at(0, "utilisation_to_break_even").note, HasSubstr("cheaper at any"));
}

TEST(SensitivityTable, IsSortedBySwing) {
    const auto table = sensitivity_table({cost_of("h100-sxm", owner())}, {});
    ASSERT_GT(table.size(), 8U);
    for (std::size_t i = 1; i < table.size(); ++i)
        EXPECT_LE(table.at(i, "swing").value.get<double>(), table.at(i - 1, "swing").value.get<double>());
}

}  // namespace
}  // namespace ridge::reports
