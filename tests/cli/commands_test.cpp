// SPDX-License-Identifier: Apache-2.0
// The commands that need no worker, as a user runs them.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "program.hpp"

namespace {

using ridge::test::run;
using Json = nlohmann::json;

Json rows(const std::string& out, const char* table) { return Json::parse(out).at(table).at("rows"); }

std::vector<std::string> cost(std::vector<std::string> more) {
    std::vector<std::string> words = {"ridge", "cost", "--device", "h100-sxm", "--format", "json"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

TEST(Commands, HelpAndVersionGoToStdout) {
    for (const char* option : {"--help", "--version"}) {
        const auto outcome = run({"ridge", option});
        EXPECT_EQ(outcome.code, 0);
        EXPECT_FALSE(outcome.out.empty());
        EXPECT_EQ(outcome.err, "");
    }
    EXPECT_NE(run({"ridge", "--help"}).out.find("130 interrupted"), std::string::npos);
}

TEST(Commands, OperatorsAreListedInEveryFormat) {
    EXPECT_NE(run({"ridge", "operators"}).out.find("gemm"), std::string::npos);
    EXPECT_TRUE(run({"ridge", "operators", "--format", "csv"}).out.starts_with("operator,"));
    EXPECT_EQ(rows(run({"ridge", "operators", "--format", "json"}).out, "operators")[0].at("operator"),
              "gemm");
}

TEST(Commands, CostFollowsItsDefinition) {
    const auto row = rows(run(cost({"--price", "3.6"})).out, "cost")[0];
    // USD a million tokens = USD an hour / (tokens a second * 3600) * 10^6, and 3.6 USD/h are 10^-3 USD/s.
    EXPECT_NEAR(row.at("cost_per_million_tokens_usd").get<double>(),
                1e-3 / row.at("tokens_per_s").get<double>() * 1e6, 1e-9);
    EXPECT_EQ(row.at("provenance"), "predicted");
    // Without an engine's fitted shares a data sheet is all that there is.
    EXPECT_EQ(rows(run(cost({"--engine", "ideal"})).out, "cost")[0].at("provenance"), "specified");
}

// A step cannot be faster than reading the weights of the layers and the head at the data sheet's 3.35 TB/s;
// an ideal engine comes near that, a typical one takes longer.
TEST(Commands, AStepReadsTheWeightsAndAnEngineAddsToIt) {
    const double least_s = 2.0 * (6738415616.0 - 32000.0 * 4096.0) / 3.35e12;
    const auto seconds = [](const std::vector<std::string>& more) {
        return rows(run(cost(more)).out, "cost")[0].at("tpot_s").get<double>();
    };
    const double ideal = seconds({"--engine", "ideal"}), typical = seconds({});
    EXPECT_GE(ideal, least_s);
    EXPECT_LE(ideal, 1.1 * least_s);
    EXPECT_GT(typical, 1.1 * least_s);
    EXPECT_LT(typical, 3 * least_s);
}

TEST(Commands, PriceOfOneDeviceLeavesTheOthers) {
    const auto priced =
        rows(run(cost({"--device", "a100-80-sxm", "--price", "a100-80-sxm=100"})).out, "cost");
    ASSERT_EQ(priced.size(), 2U);
    EXPECT_EQ(priced[1].at("price_per_hour_usd"), 100.0);
    EXPECT_NE(priced[0].at("price_per_hour_usd"), 100.0);
}

std::string header_of(const std::string& text) {
    const auto begin = text.find("\n\n") + 2;  // below the title
    return text.substr(begin, text.find('\n', begin) - begin);
}

TEST(Commands, TheTextOfACostFitsATerminalAndFilesHaveEverything) {
    const std::vector<std::string> words = {"ridge", "cost", "--device", "h100-sxm"};
    const auto with = [&](std::vector<std::string> more) {
        more.insert(more.begin(), words.begin(), words.end());
        return run(more).out;
    };
    const auto brief = with({}), whole = with({"--all-columns"}), csv = with({"--format", "csv"});
    EXPECT_LE(header_of(brief).size(), 140U) << brief;
    EXPECT_NE(brief.find("llama-2-7b, batch 1, 512 + 256 tokens, weights bf16"), std::string::npos) << brief;
    for (const char* column : {"TTFT", "tokens/s", "Energy/token", "Price from", "Cost/M tokens"})
        EXPECT_NE(header_of(brief).find(column), std::string::npos) << brief;
    EXPECT_EQ(header_of(brief).find("Memory needed"), std::string::npos) << brief;
    EXPECT_NE(header_of(whole).find("Memory needed"), std::string::npos) << whole;
    EXPECT_NE(csv.find("memory_bytes"), std::string::npos) << csv;
    const auto bounds = with({"--engine", "ideal", "--format", "csv"});
    EXPECT_NE(bounds.find("tokens_per_s_bound"), std::string::npos) << bounds;
}

TEST(Commands, AnAssumedPriceSaysSoAndGivesWayToAGivenOne) {
    const auto assumed = rows(run(cost({"--assumed-price", "h100-sxm=0.5"})).out, "cost")[0];
    EXPECT_EQ(assumed.at("price_per_hour_usd"), 0.5);
    EXPECT_EQ(assumed.at("price_basis"), "assumed");
    const auto given = rows(run(cost({"--assumed-price", "h100-sxm=0.5", "--price", "2"})).out, "cost")[0];
    EXPECT_EQ(given.at("price_per_hour_usd"), 2.0);
    EXPECT_EQ(given.at("price_basis"), "user");
    const auto listed = rows(run(cost({})).out, "cost")[0];
    EXPECT_TRUE(listed.at("price_basis").get<std::string>().starts_with("on_demand 20")) << listed;
}

TEST(Commands, AModelThatDoesNotFitSaysByHowMuch) {
    const auto outcome = run(cost({"--model", "llama-2-70b"}));
    EXPECT_EQ(outcome.code, 2);
    EXPECT_EQ(outcome.out, "");
    EXPECT_NE(outcome.err.find("GiB"), std::string::npos) << outcome.err;
    EXPECT_NE(outcome.err.find("it fits with --lever"), std::string::npos) << outcome.err;
    // Beside one that has an answer it is left open.
    EXPECT_EQ(run(cost({"--model", "llama-2-70b", "--device", "b200"})).code, 4);
}

TEST(Commands, PredictShowsItsTerms) {
    const auto outcome = run({"ridge", "predict", "--device", "h100-sxm", "--format", "json", "gemm", "m=1",
                              "n=4096", "k=4096", "a=bf16", "w=bf16", "c=bf16"});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    const auto row = rows(outcome.out, "predictions")[0];
    // Both count each operand once; which of them it is, a fit to calls that are partly in the cache says.
    const auto limiter = row.at("limiter").get<std::string>();
    EXPECT_TRUE(limiter == "DRAM" || limiter == "L2") << limiter;
    // Fitted kernels are shipped for this device: above what its memory bandwidth allows, and not far.
    constexpr double least_s = (2.0 * 4096 * 4096 + 2 * 4096 * 2) / 3.35e12;
    EXPECT_EQ(row.at("provenance"), "predicted");
    EXPECT_GT(row.at("time_s").get<double>(), least_s);
    EXPECT_LT(row.at("time_s").get<double>(), 2 * least_s);
    EXPECT_GE(rows(outcome.out, "terms").size(), 2U);
    const auto work = rows(outcome.out, "work")[0];
    EXPECT_EQ(work.at("flop").get<double>(), 2.0 * 4096 * 4096);
    EXPECT_EQ(work.at("read_bytes").get<double>(), 2.0 * (4096.0 * 4096 + 4096));
    EXPECT_EQ(work.at("written_bytes").get<double>(), 2.0 * 4096);
}

TEST(Commands, DevicesOfTheCatalogueAreSpecified) {
    const auto outcome = run({"ridge", "devices", "--format", "json"});
    const auto devices = rows(outcome.out, "devices");
    EXPECT_GE(devices.size(), 75U);
    for (const auto& device : devices) EXPECT_EQ(device.at("provenance"), "specified");
}

}  // namespace
