// SPDX-License-Identifier: Apache-2.0
#include "cost_model/serving/closed_run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "cost_model/validation/published_benchmarks.hpp"

namespace ridge::cost_model {
namespace {

ClosedRun run_of(std::int64_t users) { return {.users = users, .longest = {.prompt = 1000, .output = 1000}}; }

TEST(ClosedRun, AloneWaitsForItsOwnPromptInOneStep) {
    const auto counts = count_steps(run_of(1));
    EXPECT_DOUBLE_EQ(counts.steps, 1);
    EXPECT_DOUBLE_EQ(counts.prompts, 1);
    EXPECT_DOUBLE_EQ(counts.unevenness, 1);
}

// Ten waves of equal lengths, one prompt a step: the i-th of a wave waits for i steps and i prompts.
TEST(ClosedRun, PromptsOfAWaveFollowEachOther) {
    auto run = run_of(10);
    run.step_tokens = 1000;
    run.whole_prompts = true;
    run.requests_per_user = 1;
    const auto counts = count_steps(run);
    EXPECT_DOUBLE_EQ(counts.steps, 5.5);
    EXPECT_DOUBLE_EQ(counts.prompts, 5.5);
}

TEST(ClosedRun, PromptsInOneStepWaitForAllOfThem) {
    auto run = run_of(10);
    run.requests_per_user = 1;
    const auto counts = count_steps(run);
    EXPECT_DOUBLE_EQ(counts.steps, 1);
    EXPECT_DOUBLE_EQ(counts.prompts, 10);
}

TEST(ClosedRun, CutPromptsTakeAsManySteps) {
    auto run = run_of(1);
    run.step_tokens = 250;
    EXPECT_DOUBLE_EQ(count_steps(run).steps, 4);
    run.whole_prompts = true;
    EXPECT_DOUBLE_EQ(count_steps(run).steps, 1);
}

// Held back where something runs beside: nearly all but those of the first wave.
TEST(ClosedRun, HeldPromptsWaitForTheirSteps) {
    auto run = run_of(4);
    run.least_share = 0.5;
    run.requests_per_user = 50;
    const double free = count_steps(run).steps;
    run.hold_steps = 20;
    run.step_tokens = 1e6;
    const double held = count_steps(run).steps - free;
    EXPECT_GT(held, 15);
    EXPECT_LE(held, 20);
    run.hold_share = 1e-6;  // any prompt fills that
    EXPECT_DOUBLE_EQ(count_steps(run).steps, free);
}

TEST(ClosedRun, ReplicasThatWaitForEachOtherAreSlowerAndMoreEven) {
    auto run = run_of(64);
    run.replicas = 8;
    run.least_share = 0.5;
    const auto alone = count_steps(run);
    run.balance_steps = 60;
    const auto balanced = count_steps(run);
    EXPECT_GT(balanced.steps, alone.steps + 10);
    EXPECT_LT(balanced.unevenness, alone.unevenness);
    EXPECT_GT(balanced.unevenness, 1);
}

TEST(ClosedRun, RefusesWhatIsNoRun) {
    EXPECT_THROW((void)count_steps(run_of(0)), InputError);
    EXPECT_THROW((void)count_steps({.longest = {.prompt = 0}}), InputError);
    EXPECT_THROW((void)count_steps(run_of(1000000000)), InputError) << "would be played for days";
    EXPECT_THROW((void)count_steps({.longest = {.prompt = 1e18, .output = 1}}), InputError);
}

TEST(PublishedBenchmarks, LaterEntriesGoOverEarlierOnes) {
    const Json json = {{"benchmarks",
                        {{{"when", {{"source", "Bench"}}},
                          {"settings", {{"step_tokens", 100}, {"hold_steps", 3}}},
                          {"from", "a"}},
                         {{"when",
                           {{"source", "Bench"},
                            {"framework", "vllm"},
                            {"model", "70b"},
                            {"prompt", 1000},
                            {"tensor_below", 8}}},
                          {"settings", {{"step_tokens", 200}, {"whole_prompts", true}}},
                          {"from", "b"}}}}};
    const auto benchmarks = PublishedBenchmarks::from_json(JsonReader(json, "benchmarks.json"));
    PublishedRow row;
    row.source = "The Bench of 2025";
    row.model = "Llama-70B";
    const auto applied = benchmarks.applied(run_of(1), row, "vllm", 4);
    EXPECT_EQ(applied.step_tokens, 200);
    EXPECT_TRUE(applied.whole_prompts);
    EXPECT_EQ(applied.hold_steps, 3);
    EXPECT_EQ(benchmarks.applied(run_of(1), row, "vllm", 8).step_tokens, 100);
    EXPECT_EQ(benchmarks.applied(run_of(1), row, "sglang", 4).step_tokens, 100);
    row.source = "another";
    EXPECT_EQ(benchmarks.applied(run_of(1), row, "vllm", 4).step_tokens, 0);
}

TEST(PublishedBenchmarks, RefusesValuesThatAreNoSettings) {
    const auto with = [](const Json& when, const Json& settings) {
        const Json json = {{"benchmarks", {{{"when", when}, {"settings", settings}, {"from", "a"}}}}};
        return PublishedBenchmarks::from_json(JsonReader(json, "benchmarks.json"));
    };
    const Json any = {{"source", "a"}};
    EXPECT_NO_THROW((void)with(any, {{"requests_per_user", 10}}));
    for (const Json& settings : std::vector<Json>{{{"requests_per_user", 0}},
                                                  {{"requests_per_user", 1.5}},
                                                  {{"requests_per_user", true}},
                                                  {{"least_share", 2}},
                                                  {{"step_tokens", -1}},
                                                  {{"whole_prompts", 7}},
                                                  {{"hold_steps", 1e300}}})
        EXPECT_THROW((void)with(any, settings), InputError) << settings;
    EXPECT_THROW((void)with({{"source", "a"}, {"tensor_bellow", 8}}, {{"hold_steps", 1}}), InputError);
}

TEST(PublishedBenchmarks, RefusesASettingThatItDoesNotKnow) {
    const Json json = {
        {"benchmarks", {{{"when", {{"source", "a"}}}, {"settings", {{"speed", 1}}}, {"from", "a"}}}}};
    EXPECT_THAT([&] { (void)PublishedBenchmarks::from_json(JsonReader(json, "benchmarks.json")); },
                testing::ThrowsMessage<InputError>(testing::HasSubstr("speed")));
}

}  // namespace
}  // namespace ridge::cost_model
