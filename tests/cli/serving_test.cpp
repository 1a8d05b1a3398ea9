// SPDX-License-Identifier: Apache-2.0
// Services over time, fleets and sweeps as a user runs them.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "program.hpp"

namespace {

using ridge::test::run;
using ridge::test::Scratch;
using Json = nlohmann::json;
using Words = std::vector<std::string>;

Words with(Words words, const Words& more) {
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

Words simulate(const Words& more) { return with({"simulate", "--device", "h100-sxm"}, more); }
Words plan(const Words& more) {
    return with({"plan", "--device", "h100-sxm", "--device", "a100-80-sxm", "--requests", "300"}, more);
}
Words sweep(const Words& more) { return with({"sweep", "--device", "h100-sxm"}, more); }

Json tables(const Words& words) {
    const auto outcome = run(with({"ridge"}, with(words, {"--format", "json"})));
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return Json::parse(outcome.out);
}

const Words few = {"--prompt", "200", "--output-tokens", "50", "--requests", "400", "--rate", "5"};

TEST(Simulate, ShowsLatencyThroughputAndLoad) {
    const auto out = tables(simulate(with(few, {"--ttft", "10", "--tpot", "1"})));
    const auto& latency = out.at("latency").at("rows");
    ASSERT_EQ(latency.size(), 3U);
    for (const auto& row : latency) {
        EXPECT_GT(row.at("p50_s").get<double>(), 0);
        EXPECT_LE(row.at("p50_s").get<double>(), row.at("p99_s").get<double>());
    }
    const auto& rates = out.at("throughput").at("rows")[0];
    EXPECT_NEAR(rates.at("output_tokens_per_s").get<double>(), 250, 50);
    EXPECT_EQ(rates.at("slo_share"), 1.0);
    EXPECT_EQ(rates.at("counted"), 360.0);
    EXPECT_EQ(out.at("load").at("rows")[0].at("preemptions"), 0.0);
}

TEST(Simulate, IsTheSameForASeed) {
    const auto words = simulate(with(few, {"--format", "csv"}));
    const auto one = run(with({"ridge"}, words)), two = run(with({"ridge"}, words)),
               other = run(with({"ridge"}, with(words, {"--seed", "2"})));
    EXPECT_EQ(one.out, two.out);
    EXPECT_NE(one.out, other.out);
}

TEST(Simulate, TwoReplicasWaitLessThanOne) {
    const Words load = {"--prompt", "1000", "--output-tokens", "100", "--requests", "600", "--rate", "60"};
    const auto wait = [](const Json& out) {
        return out.at("latency").at("rows")[0].at("mean_s").get<double>();
    };
    EXPECT_LT(wait(tables(simulate(with(load, {"--replicas", "4"})))), wait(tables(simulate(load))));
}

constexpr const char* line =
    R"({"timestamp": 100, "input_length": 1100, "output_length": 7, "hash_ids": [4, 5, 9]})";

TEST(Simulate, OfATraceReusesItsPrefixes) {
    const Scratch scratch;
    std::string text;
    for (int i = 0; i < 20; ++i) text += std::string(line) + "\n";
    const auto path = scratch.write("trace.jsonl", text);
    const auto out = tables(simulate({"--trace", path, "--max-sequences", "1", "--warm-up", "0"}));
    // All but the first find two blocks of 512 of the 1100 tokens.
    EXPECT_NEAR(out.at("load").at("rows")[0].at("hit_share").get<double>(), 0.95 * 1024 / 1100, 1e-9);
}

TEST(Simulate, OfACutTraceIsRefusedUnlessToldToGoOn) {
    const Scratch scratch;
    const auto path =
        scratch.write("trace.jsonl", std::string(line) + "\n" + std::string(line).substr(0, 50));
    const auto refused = run(with({"ridge"}, simulate({"--trace", path})));
    EXPECT_EQ(refused.code, 2);
    EXPECT_EQ(refused.out, "");
    EXPECT_NE(refused.err.find("line 2"), std::string::npos) << refused.err;
    EXPECT_NE(refused.err.find("--sound-lines"), std::string::npos) << refused.err;
    EXPECT_EQ(run(with({"ridge"}, simulate({"--trace", path, "--sound-lines"}))).code, 0);
}

TEST(Plan, ComparesGroupsWithPrefillPools) {
    const auto out = tables(plan({"--rate", "200", "--prompt", "2000", "--output-tokens", "50", "--ttft", "2",
                                  "--tpot", "0.02", "--parallel", "tp1", "--prefill-device", "a100-80-sxm",
                                  "--price", "h100-sxm=2", "--price", "a100-80-sxm=1"}));
    const auto& rows = out.at("plan").at("rows");
    const auto found = std::ranges::find_if(rows, [](const Json& row) {
        const auto words = row.at("parallelism").get<std::string>();
        return row.at("device") == "h100-sxm" && words.find("x a100-80-sxm tp1, decode") != std::string::npos;
    });
    EXPECT_NE(found, rows.end()) << rows.dump(1);
}

TEST(Plan, RanksFleetsAndTellsTheRunnerUp) {
    const auto words =
        plan({"--rate", "200", "--prompt", "200", "--output-tokens", "50", "--ttft", "2", "--tpot", "0.05",
              "--parallel", "tp1", "--price", "h100-sxm=2", "--price", "a100-80-sxm=2", "--format", "json"});
    const auto outcome = run(with({"ridge"}, words));
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    const auto rows = Json::parse(outcome.out).at("plan").at("rows");
    // At the same price the faster device is the cheaper one.
    EXPECT_EQ(rows[0].at("device"), "h100-sxm");
    EXPECT_LE(rows[0].at("tpot_s").get<double>(), 0.05);
    EXPECT_NE(outcome.err.find("runner-up"), std::string::npos) << outcome.err;
}

TEST(Sweep, ShowsTheFrontAndOnRequestEverything) {
    const Words grid = {"--parallel", "tp1",     "--parallel", "tp2",
                        "--batch",    "1..64*2", "--prompt",   "512,1024"};
    const auto all = tables(sweep(with(grid, {"--all"}))).at("sweep").at("rows");
    const auto front = tables(sweep(grid)).at("sweep").at("rows");
    EXPECT_EQ(all.size(), 28U);
    EXPECT_LT(front.size(), all.size());
    const auto number = [](const Json& row, const char* key) { return row.at(key).get<double>(); };
    for (const auto& row : front)
        for (const auto& other : all)
            EXPECT_FALSE(row.at("front").get<std::string>().starts_with("device") &&
                         number(other, "tokens_per_s_user") > number(row, "tokens_per_s_user") &&
                         number(other, "tokens_per_s_device") > number(row, "tokens_per_s_device"));
}

struct Case {
    const char* name;
    Words arguments;
    std::vector<std::string> said;
};
void PrintTo(const Case& one, std::ostream* out) { *out << one.name; }

class BadService : public testing::TestWithParam<Case> {};

TEST_P(BadService, IsOneSentenceAndExitCodeTwo) {
    const auto& [name, arguments, said] = GetParam();
    const auto outcome = run(with({"ridge"}, arguments));
    EXPECT_EQ(outcome.code, 2) << outcome.err;
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(std::ranges::count(outcome.err, '\n'), 1) << outcome.err;
    for (const auto& part : said)
        EXPECT_NE(outcome.err.find(part), std::string::npos) << part << " in: " << outcome.err;
}

const Words limits = {"--ttft", "1", "--tpot", "0.1", "--parallel", "tp1", "--price", "2"};

const Case cases[] = {
    {"zero_load", simulate({"--rate", "0"}), {"rate of 0"}},
    {"negative_rate", simulate({"--rate", "-5"}), {"-5"}},
    {"unknown_arrivals", simulate({"--arrivals", "often:3"}), {"often:3", "poisson:RATE"}},
    {"rate_and_arrivals", simulate({"--rate", "1", "--arrivals", "at-once"}), {"--arrivals", "--rate"}},
    {"no_requests", simulate({"--requests", "0"}), {"requests: 0"}},
    {"ttft_of_zero", simulate({"--ttft", "0"}), {"TTFT is 0"}},
    {"negative_tpot", simulate({"--tpot", "-1"}), {"TPOT is -1"}},
    {"impossible_parallelism", simulate({"--parallel", "tp7"}), {"7"}},
    {"parallelism_of_zero", simulate({"--parallel", "tp0"}), {"tp0"}},
    {"no_replica", simulate({"--replicas", "0"}), {"replicas is 0"}},
    {"no_sequence", simulate({"--max-sequences", "0"}), {"max-sequences is 0"}},
    {"negative_page", simulate({"--page", "-16"}), {"page is -16"}},
    {"broken_tier", simulate({"--tier", "dram=5"}), {"dram=5", "BYTES"}},
    {"unknown_routing", simulate({"--routing", "random"}), {"random", "round-robin"}},
    {"warm_up_of_all", simulate({"--warm-up", "1"}), {"warm-up is 1"}},
    {"broken_lengths", simulate({"--prompt", "{\"uniform\": [5, 1]}"}), {"--prompt"}},
    {"missing_trace", simulate({"--trace", "no/such.jsonl"}), {"no/such.jsonl"}},
    {"no_transfer", simulate({"--prefill-replicas", "1", "--transfer-bandwidth", "0"}), {"bandwidth"}},
    {"does_not_fit", simulate({"--model", "llama-2-70b"}), {"llama-2-70b does not fit", "--parallel"}},
    {"two_devices", simulate({"--device", "a100-80-sxm"}), {"one --device"}},
    {"plan_without_load", plan(limits), {"--rate", "--users"}},
    {"plan_of_zero_load", plan(with(limits, {"--rate", "0"})), {"load is 0"}},
    {"plan_of_negative_users",
     plan(with(limits, {"--users", "-1", "--requests-per-user", "3"})),
     {"--users is -1"}},
    {"users_without_requests", plan(with(limits, {"--users", "1e9"})), {"--requests-per-user"}},
    {"plan_without_limit", plan({"--rate", "1", "--price", "2"}), {"no limit"}},
    {"plan_of_a_ttft_of_zero", plan({"--rate", "1", "--price", "2", "--ttft", "0"}), {"TTFT is 0"}},
    {"unknown_percentile", plan(with(limits, {"--rate", "1", "--percentile", "42"})), {"42", "95"}},
    {"plan_of_impossible_prefill", plan(with(limits, {"--rate", "1", "--prefill-parallel", "tp0"})), {"tp0"}},
    {"plan_of_a_network_without_bytes",
     plan(with(limits, {"--rate", "1", "--prefill-parallel", "tp1", "--transfer-bandwidth", "0"})),
     {"bandwidth of KV transfer is 0"}},
    {"cost_of_a_network_without_bytes",
     {"cost", "--device", "h100-sxm", "--prefill-parallel", "tp1", "--transfer-bandwidth", "-1"},
     {"bandwidth of KV transfer", "-1"}},
    {"unknown_kernels", {"cost", "--device", "h100-sxm", "--kernels", "best"}, {"best", "engine or fitted"}},
    {"nothing_meets_it",
     plan({"--rate", "1", "--price", "2", "--tpot", "1e-6", "--parallel", "tp1"}),
     {"no candidate meets", "closest", "h100-sxm", "TPOT"}},
    {"sweep_of_batch_zero", sweep({"--batch", "0"}), {"--batch", "0"}},
    {"sweep_of_a_broken_range", sweep({"--batch", "1..9"}), {"1..9", "1..256*2"}},
    {"sweep_of_an_unknown_precision", sweep({"--precision", "bf17"}), {"bf17"}},
    {"sweep_of_impossible_parallelism", sweep({"--parallel", "tp7"}), {"7"}},
    {"sweep_of_a_negative_price", sweep({"--hour", "-2"}), {"price"}},
};

INSTANTIATE_TEST_SUITE_P(All, BadService, testing::ValuesIn(cases),
                         [](const auto& one) { return std::string(one.param.name); });

}  // namespace
