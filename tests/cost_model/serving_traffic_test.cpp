// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "../core/message_of.hpp"
#include "core/configs.hpp"
#include "core/statistics.hpp"
#include "cost_model/serving/traffic.hpp"

namespace ridge::cost_model::serving {
namespace {

Lengths lengths(const char* text) {
    const Json document = parse_json(text, "w.json");
    return lengths_from_json(JsonReader(document, "w.json", "prompt_tokens"));
}

Traffic traffic(const char* text) {
    const Json document = parse_json(text, "w.json");
    return traffic_from_json(JsonReader(document, "w.json"));
}

TEST(Draws, QuantilesOfTheNormalAreThoseOfTables) {
    EXPECT_NEAR(normal_quantile(0.5), 0.0, 1e-9);
    EXPECT_NEAR(normal_quantile(0.975), 1.959963985, 1e-8);
    EXPECT_NEAR(normal_quantile(0.001), -3.090232306, 1e-8);
    EXPECT_NEAR(normal_quantile(1e-9), -5.997807015, 1e-7);
}

TEST(Draws, GammaHasItsMeanAndVariance) {
    for (const double shape : {0.25, 1.0, 4.0}) {
        Draws draws(7);
        std::vector<double> values(40000);
        for (auto& value : values) value = draws.gamma(shape, 2.0);
        EXPECT_NEAR(mean(values), 2.0 * shape, 0.04 * 2.0 * shape) << shape;
        EXPECT_NEAR(standard_deviation(values), 2.0 * std::sqrt(shape), 0.06 * 2.0 * std::sqrt(shape))
            << shape;
    }
}

TEST(Lengths, HaveTheirQuantiles) {
    EXPECT_EQ(lengths("512").quantile(0.9), 512);
    EXPECT_EQ(lengths(R"({"uniform": [1, 4]})").quantile(0.24), 1);
    EXPECT_EQ(lengths(R"({"uniform": [1, 4]})").quantile(0.26), 2);
    EXPECT_DOUBLE_EQ(lengths(R"({"uniform": [1, 4]})").mean(), 2.5);
    const auto normal = lengths(R"({"log_normal": {"median": 100, "sigma": 0.5, "most": 400}})");
    EXPECT_EQ(normal.quantile(0.5), 100);
    EXPECT_EQ(normal.quantile(0.975), std::lround(100 * std::exp(0.5 * 1.959963985)));
    EXPECT_EQ(normal.quantile(0.99999), 400);
    const auto bins = lengths(R"({"histogram": {"edges": [1, 11, 13], "weights": [3, 1]}})");
    EXPECT_EQ(bins.quantile(0.74), 10);
    EXPECT_EQ(bins.quantile(0.76), 11);
    EXPECT_EQ(bins.quantile(0.99), 12);
    EXPECT_EQ(bins.most(), 12);
    EXPECT_NEAR(bins.mean(), 0.75 * 5.5 + 0.25 * 11.5, 0.01);
}

TEST(Lengths, OfAHistogramNeverFallIntoAnEmptyBin) {
    const auto bins = lengths(R"({"histogram": {"edges": [1, 5, 9, 13], "weights": [1, 0, 1]}})");
    for (int i = 1; i < 1000; ++i) {
        const auto length = bins.quantile(i / 1000.0);
        EXPECT_TRUE(length < 5 || length >= 9) << length;
    }
}

TEST(Lengths, ThatMakeNoSenseAreRefusedByKey) {
    for (const auto* bad :
         {"0", "-3", "1.5", "1e99", "\"many\"", "[]", "{}", R"({"uniform": [5, 1]})", R"({"uniform": [1]})",
          R"({"log_normal": {"median": 100, "sigma": 0}})", R"({"log_normal": {"median": 100, "sigma": 99}})",
          R"({"log_normal": {"median": 100}})", R"({"histogram": {"edges": [1, 5], "weights": []}})",
          R"({"histogram": {"edges": [5, 1], "weights": [1]}})",
          R"({"histogram": {"edges": [1, 5], "weights": [0]}})",
          R"({"histogram": {"edges": [1, 5], "weights": [-1]}})", R"({"poisson": 3})"}) {
        const auto message = message_of([&] { (void)lengths(bad); });
        EXPECT_NE(message.find("w.json"), std::string::npos) << bad << ": " << message;
        EXPECT_NE(message.find("prompt_tokens"), std::string::npos) << bad << ": " << message;
    }
}

std::vector<double> gaps(const Requests& requests) {
    std::vector<double> out;
    for (std::size_t i = 1; i < requests.all.size(); ++i)
        out.push_back(requests.all[i].arrival_s - requests.all[i - 1].arrival_s);
    return out;
}

TEST(Arrivals, HaveTheirRateAndVariation) {
    for (const auto& [text, variation] : {std::pair("poisson:10", 1.0), std::pair("bursty:10,2", 2.0)}) {
        Traffic asked;
        asked.arrivals = parse_arrivals(text);
        const auto between = gaps(make_requests(asked, 40000, 3));
        EXPECT_NEAR(mean(between), 0.1, 0.004) << text;
        EXPECT_NEAR(standard_deviation(between) / mean(between), variation, 0.1 * variation) << text;
    }
}

TEST(Arrivals, AreWrittenAsTheyAreRead) {
    for (const auto* word : {"poisson:0.5", "bursty:10,2.5", "closed:64", "at-once", "trace"})
        EXPECT_EQ(text(parse_arrivals(word)), word);
}

TEST(Arrivals, ThatMakeNoSenseAreRefused) {
    for (const auto* bad : {"", "poisson", "poisson:", "poisson:0", "poisson:-1", "poisson:nan",
                            "poisson:inf", "poisson:1e12", "poisson:1,2", "bursty:1", "bursty:1,0",
                            "bursty:1,-2", "closed:0", "closed:1.5", "at-once:3", "trace:1", "uniform:1"})
        EXPECT_NE(message_of([&] { (void)parse_arrivals(bad); }).find("arrivals"), std::string::npos) << bad;
}

TEST(Traffic, IsTheSameForASeedAndAnotherForAnother) {
    Traffic asked;
    asked.prompt_tokens = Lengths::uniform(1, 1000);
    const auto one = make_requests(asked, 100, 1), same = make_requests(asked, 100, 1),
               other = make_requests(asked, 100, 2);
    bool differs = false;
    for (std::size_t i = 0; i < 100; ++i) {
        EXPECT_EQ(one.all[i].prompt_tokens, same.all[i].prompt_tokens);
        EXPECT_EQ(one.all[i].arrival_s, same.all[i].arrival_s);
        differs = differs || one.all[i].prompt_tokens != other.all[i].prompt_tokens;
    }
    EXPECT_TRUE(differs);
}

TEST(Traffic, LengthsStayWhenTheRateChanges) {
    Traffic slow, fast;
    slow.prompt_tokens = fast.prompt_tokens = Lengths::uniform(1, 1000);
    fast.arrivals.per_second = 50;
    const auto one = make_requests(slow, 50, 1), two = make_requests(fast, 50, 1);
    for (std::size_t i = 0; i < 50; ++i) EXPECT_EQ(one.all[i].prompt_tokens, two.all[i].prompt_tokens);
}

TEST(Traffic, SharedPrefixesGiveSharedBlocks) {
    const auto asked = traffic(R"({"prompt_tokens": 1000, "output_tokens": 10, "block_tokens": 100,
                                   "prefix": {"tokens": 400, "groups": 2}})");
    const auto requests = make_requests(asked, 200, 5);
    std::set<std::uint64_t> firsts, fifths;
    for (const auto& request : requests.all) {
        const auto blocks = requests.blocks_of(request);
        ASSERT_EQ(blocks.size(), 10U);
        firsts.insert(blocks[3]);
        fifths.insert(blocks[4]);
    }
    EXPECT_EQ(firsts.size(), 2U);
    EXPECT_EQ(fifths.size(), 200U);
}

TEST(Traffic, PopularGroupsAreAskedForMore) {
    const auto asked = traffic(R"({"prompt_tokens": 100, "output_tokens": 10, "block_tokens": 100,
                                   "prefix": {"tokens": 100, "groups": 3, "zipf": 1}})");
    const auto requests = make_requests(asked, 11000, 5);
    std::map<std::uint64_t, double> counts;
    for (const auto& request : requests.all) ++counts[requests.blocks_of(request)[0]];
    std::vector<double> shares;
    for (const auto& [id, count] : counts) shares.push_back(count);
    ASSERT_EQ(shares.size(), 3U);  // 1 : 1/2 : 1/3 of 11000
    EXPECT_NEAR(shares[0], 6000, 250);
    EXPECT_NEAR(shares[1], 3000, 250);
    EXPECT_NEAR(shares[2], 2000, 250);
}

TEST(Traffic, OfAWorkloadWithoutIsItsBatchInAClosedLoop) {
    const auto asked = load_traffic("batch-16");
    EXPECT_EQ(text(asked.arrivals), "closed:16");
    EXPECT_EQ(asked.prompt_tokens.quantile(0.5), 512);
}

TEST(Traffic, OfEveryWorkloadIsReadable) {
    for (const auto& name : list_configs("workloads"))
        EXPECT_GE(load_traffic(name).prompt_tokens.mean(), 1) << name;
}

TEST(Traffic, ThatMakesNoSenseIsRefusedByKey) {
    for (const auto& [bad, said] : std::vector<std::pair<const char*, const char*>>{
             {R"({"output_tokens": 1})", "prompt_tokens"},
             {R"({"prompt_tokens": 1, "output_tokens": 1, "arrivals": "poisson:0"})", "arrivals"},
             {R"({"prompt_tokens": 1, "output_tokens": 1, "arrivals": 3})", "arrivals"},
             {R"({"prompt_tokens": 1, "output_tokens": 1, "prefix": {"tokens": 0}})", "prefix.tokens"},
             {R"({"prompt_tokens": 1, "output_tokens": 1, "prefix": {"tokens": 9, "groups": 0}})",
              "prefix.groups"},
             {R"({"prompt_tokens": 1, "output_tokens": 1, "prefix": {"tokens": 9, "zipf": -1}})",
              "prefix.zipf"},
             {R"({"prompt_tokens": 1, "output_tokens": 1, "block_tokens": 0})", "block_tokens"}})
        EXPECT_NE(message_of([&] { (void)traffic(bad); }).find(said), std::string::npos) << bad;
    Traffic asked;
    EXPECT_NE(message_of([&] { (void)make_requests(asked, 0, 1); }).find("requests: 0"), std::string::npos);
    EXPECT_NE(message_of([&] { (void)make_requests(asked, -5, 1); }).find("-5"), std::string::npos);
}

}  // namespace
}  // namespace ridge::cost_model::serving
