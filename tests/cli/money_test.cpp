// SPDX-License-Identifier: Apache-2.0
// Money options of `ridge cost`, and `ridge breakeven`, as a user runs them.
#include <gtest/gtest.h>

#include <filesystem>

#include <cmath>
#include <nlohmann/json.hpp>

#include "program.hpp"

namespace {

using ridge::test::run;
using Json = nlohmann::json;

Json answer(std::vector<std::string> words) {
    words.insert(words.begin(), "ridge");
    words.insert(words.end(), {"--format", "json"});
    const auto outcome = run(words);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return Json::parse(outcome.out);
}

std::vector<std::string> cost(std::vector<std::string> more) {
    std::vector<std::string> words = {"cost", "--device", "h100-sxm", "--batch", "8"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

TEST(MoneyTable, SharesTheHourAsItsTimeIsShared) {
    const auto out = answer(cost({"--price", "3.6", "--money"}));
    const auto& row = out.at("money").at("rows")[0];
    const auto& times = out.at("cost").at("rows")[0];
    EXPECT_EQ(row.at("hour_cost"), 3.6);
    EXPECT_NEAR(row.at("cost_per_million_input").get<double>(),
                1e-3 * times.at("ttft_s").get<double>() / (8 * 512) * 1e6, 1e-9);
    EXPECT_NEAR(row.at("cost_per_million_output").get<double>(),
                times.at("cost_per_million_tokens_usd").get<double>(), 1e-12);
    const double request = (row.at("cost_per_million_input").get<double>() * 512 +
                            row.at("cost_per_million_output").get<double>() * 255) /
                           1e6;
    EXPECT_NEAR(row.at("cost_per_request").get<double>(), request, 1e-12);
    EXPECT_NEAR(row.at("cost_per_million_total").get<double>(), request / 768 * 1e6, 1e-9);
    EXPECT_NEAR(row.at("cost_per_user_month").get<double>(), request * 3.67 * 365 / 12, 1e-12);
}

TEST(MoneyReport, TakesPricesOfSingleDevices) {
    const ridge::test::Scratch scratch;
    const auto suite = scratch.write("one.json", R"({"name": "one", "version": 1, "description": "one call",
        "calls": [{"call": "stream_read n=1000 x=fp32", "cache": "cold"}]})");
    const auto measured =
        run({"ridge", "tune", "--db", scratch.path("a.db"), "--suite", suite, "--quiet", "--max-configs", "1",
             "--worker", "python3 -S -E " RIDGE_SOURCE_DIR "/tests/tuner/workers/fake_worker.py ok"});
    ASSERT_EQ(measured.code, 0) << measured.err;
    const auto outcome =
        run({"ridge", "report", "--db", scratch.path("a.db"), "--device", "h100-sxm", "--device",
             "a100-80-sxm", "--price", "a100-80-sxm=1.5", "--output", scratch.path("report")});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    // What no device can serve is missing, and the rest of the report stands.
    const auto without = run({"ridge", "report", "--db", scratch.path("a.db"), "--device", "h100-sxm",
                              "--model", "llama-3.1-405b", "--output", scratch.path("without"), "--summary"});
    EXPECT_EQ(without.code, 4) << without.err;
    EXPECT_NE(without.err.find("llama-3.1-405b needs"), std::string::npos) << without.err;
    EXPECT_FALSE(std::filesystem::is_empty(scratch.path("without")));
}

TEST(MoneyTable, IsInTheCurrencyAskedFor) {
    const auto row =
        answer(cost({"--price", "7.1", "--currency", "CNY", "--exchange-rate", "CNY=7.1@2026-06-01"}))
            .at("money")
            .at("rows")[0];
    EXPECT_NEAR(row.at("hour_cost").get<double>(), 7.1 * 7.1, 1e-9);
    EXPECT_EQ(row.at("currency"), "CNY");
    EXPECT_EQ(row.at("exchange_rate_date"), "2026-06-01");
    const auto dollars = answer(cost({"--price", "71CNY", "--exchange-rate", "CNY=7.1@2026-06-01"}));
    EXPECT_NEAR(dollars.at("cost").at("rows")[0].at("price_per_hour_usd").get<double>(), 10, 1e-9);
    const auto text = run({"ridge", "cost", "--device", "h100-sxm", "--price", "1", "--currency", "CNY"}).out;
    EXPECT_NE(text.find("6.99 CNY"), std::string::npos) << text;
}

TEST(MoneyTable, OfAnOwnedDeviceIsOpenedToItsParts) {
    const auto out = answer(cost({"--own", "--purchase",   "8760", "--lifetime",      "1", "--interest",
                                  "0",     "--host-share", "0.5",  "--network-share", "0", "--maintenance",
                                  "0",     "--hosting",    "none", "--staff",         "0", "--tariff",
                                  "0.1",   "--pue",        "2",    "--host-power",    "0"}));
    std::map<std::string, double> parts;
    for (const auto& row : out.at("hour").at("rows")) parts[row.at("part")] = row.at("hour_part");
    EXPECT_NEAR(parts.at("device"), 1.0, 1e-12);
    EXPECT_NEAR(parts.at("host"), 0.5, 1e-12);
    const auto& times = out.at("cost").at("rows")[0];
    const double watts =
        times.at("energy_per_token_j").get<double>() * times.at("tokens_per_s").get<double>();
    EXPECT_NEAR(parts.at("electricity"), watts / 1000 * 2 * 0.1, 1e-9);
    EXPECT_EQ(parts.size(), 3U);
    EXPECT_EQ(out.at("cost").at("rows")[0].at("price_basis").get<std::string>().substr(0, 3), "own");
}

TEST(MoneyTable, IdleHoursCost) {
    const auto busy = answer(cost({"--price", "2", "--money"})).at("money").at("rows")[0];
    const auto half = answer(cost({"--price", "2", "--utilisation", "50%"})).at("money").at("rows")[0];
    EXPECT_NEAR(half.at("cost_per_request").get<double>(), 2 * busy.at("cost_per_request").get<double>(),
                1e-12);
    EXPECT_EQ(half.at("utilisation"), 0.5);
    EXPECT_LT(half.at("output_tokens_per_kwh").get<double>(), busy.at("output_tokens_per_kwh").get<double>());
}

TEST(MoneyTable, CarbonFollowsTheGrid) {
    const auto clean = answer(cost({"--grid-intensity", "100"})).at("money").at("rows")[0];
    const auto france = answer(cost({"--grid-intensity", "fr"})).at("money").at("rows")[0];
    EXPECT_NEAR(clean.at("gco2_per_million_output").get<double>(),
                100 * 1e6 / clean.at("output_tokens_per_kwh").get<double>(), 1e-6);
    EXPECT_NEAR(france.at("gco2_per_million_output").get<double>() /
                    clean.at("gco2_per_million_output").get<double>(),
                0.56, 1e-9);
}

TEST(MonteCarlo, GivesPercentilesThatASeedRepeats) {
    const auto draws = [&](const char* seed) {
        return answer(cost({"--price", "2..3..5", "--monte-carlo", "5000", "--seed", seed}))
            .at("money")
            .at("rows")[0];
    };
    const auto row = draws("1");
    EXPECT_LT(row.at("cost_per_million_output_low").get<double>(),
              row.at("cost_per_million_output_median").get<double>());
    EXPECT_LT(row.at("cost_per_million_output_median").get<double>(),
              row.at("cost_per_million_output_high").get<double>());
    EXPECT_EQ(row, draws("1"));
    EXPECT_NE(row, draws("2"));
}

TEST(Sensitivity, PutsTheLargestSwingFirst) {
    const auto rows = answer(cost({"--own", "--sensitivity"})).at("sensitivity").at("rows");
    ASSERT_GT(rows.size(), 8U);
    double last = HUGE_VAL;
    for (const auto& row : rows) {
        EXPECT_LE(row.at("swing").get<double>(), last);
        last = row.at("swing").get<double>();
    }
}

// The field's claim: 89,999 CNY for an A800 against 10 CNY an hour for an A100 are 375 days.
TEST(BreakEven, OfTheFieldsClaim) {
    const auto row = answer({"breakeven", "--buy", "a800-80-pcie", "--rent", "a100-80-sxm", "--purchase",
                             "89999CNY@2023-03", "--price", "10CNY@2023-03", "--bare", "--lifetime", "5"})
                         .at("break_even")
                         .at("rows")[0];
    EXPECT_NEAR(row.at("months_to_break_even").get<double>() * 365 / 12, 375, 0.1);
    const auto all = answer({"breakeven", "--buy", "a800-80-pcie", "--rent", "a100-80-sxm", "--purchase",
                             "89999CNY@2023-03", "--price", "10CNY@2023-03"})
                         .at("break_even")
                         .at("rows")[0];
    EXPECT_GT(all.at("months_with_interest").get<double>(), row.at("months_to_break_even").get<double>());
    EXPECT_GT(all.at("utilisation_to_break_even").get<double>(), 0.1);
}

struct Wrong {
    const char* name;
    std::vector<std::string> arguments;
    std::vector<std::string> said;
};

void PrintTo(const Wrong& one, std::ostream* out) { *out << one.name; }

class BadMoney : public testing::TestWithParam<Wrong> {};

TEST_P(BadMoney, IsOneSentenceAndCodeTwo) {
    const auto& [name, arguments, said] = GetParam();
    auto words = arguments;
    words.insert(words.begin(), "ridge");
    const auto outcome = run(words);
    EXPECT_EQ(outcome.code, 2) << outcome.err;
    EXPECT_EQ(outcome.out, "");
    EXPECT_TRUE(outcome.err.starts_with("ridge: ")) << outcome.err;
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
    for (const auto& part : said)
        EXPECT_NE(outcome.err.find(part), std::string::npos) << part << " in: " << outcome.err;
}

const Wrong wrongs[] = {
    {"currency", cost({"--currency", "XYZ"}), {"XYZ", "CNY, EUR, USD"}},
    {"currency_of_a_price", cost({"--price", "10GBP"}), {"GBP", "CNY, EUR, USD"}},
    {"exchange_rate_without_date", cost({"--exchange-rate", "CNY=7.1"}), {"no date", "CNY=7.1@2026-06-01"}},
    {"rate_of_nothing", cost({"--exchange-rate", "CNY=0@2026"}), {"above 0"}},
    {"date_of_a_price", cost({"--price", "10CNY@March"}), {"March", "2026-01-27"}},
    {"empty_date", cost({"--price", "10CNY@"}), {"without a date"}},
    {"rate_of_another_age", cost({"--price", "2EUR@1999"}), {"EUR", "1999", "2018"}},
    {"purchase_in_thousands", cost({"--own", "--purchase", "3"}), {"--purchase", "thousands"}},
    {"date_without_currency", cost({"--price", "10@2023"}), {"10CNY@2023-03"}},
    {"range_upside_down", cost({"--price", "3..2"}), {"low"}},
    {"price_in_percent", cost({"--price", "8%"}), {"8%"}},
    {"four_numbers", cost({"--price", "1..2..3..4"}), {"LOW..HIGH"}},
    {"negative_tariff", cost({"--tariff", "-0.1"}), {"-0.1"}},
    {"tariff_in_cents", cost({"--tariff", "8.06"}), {"8.06", "cents"}},
    {"unknown_tariff", cost({"--tariff", "us-txx"}), {"us-txx", "us-tx"}},
    {"pue_below_one", cost({"--pue", "0.9"}), {"--pue", "0.9"}},
    {"utilisation_in_percent", cost({"--utilisation", "60"}), {"60 % is 0.6"}},
    {"no_utilisation", cost({"--utilisation", "0"}), {"utilisation"}},
    {"carbon_in_kilograms", cost({"--grid-intensity", "0.58"}), {"kilograms"}},
    {"unknown_grid", cost({"--grid-intensity", "atlantis"}), {"atlantis"}},
    {"lifetime_in_months", cost({"--own", "--lifetime", "60"}), {"months"}},
    {"interest_in_percent", cost({"--own", "--interest", "8"}), {"8 % is 0.08"}},
    {"lifetime_of_a_rent", cost({"--lifetime", "5"}), {"--lifetime", "--own"}},
    {"rent_and_own", cost({"--rent", "--own"}), {"--own"}},
    {"price_of_a_data_centre", cost({"--price", "1e9"}), {"1e9", "one device and hour"}},
    {"purchase_of_another_device", cost({"--own", "--purchase", "a100=2"}), {"a100", "h100-sxm"}},
    {"no_price_to_own", {"cost", "--device", "l4", "--own"}, {"--purchase"}},
    {"no_price_to_rent", {"cost", "--device", "a30", "--money"}, {"--price"}},
    {"one_draw", cost({"--monte-carlo", "1"}), {"--monte-carlo"}},
    {"nothing_bought", {"breakeven"}, {"--buy"}},
    {"unknown_device_bought", {"breakeven", "--buy", "h100-sxn"}, {"h100-sxm"}},
    {"speed_ratio_of_nothing", {"breakeven", "--buy", "h100-sxm", "--speed-ratio", "0"}, {"speed-ratio"}},
    {"nothing_to_rent", {"breakeven", "--buy", "h20"}, {"--price"}},
};

INSTANTIATE_TEST_SUITE_P(Cli, BadMoney, testing::ValuesIn(wrongs),
                         [](const auto& test) { return test.param.name; });

}  // namespace
