// SPDX-License-Identifier: Apache-2.0
#include "cost_model/serving/engine_regimes.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "cost_model/serving/engine_choice.hpp"

namespace ridge::cost_model {
namespace {

const DeviceModel& h100() {
    static const auto device = load_device("h100-sxm");
    return device;
}

StepModel llama(const EngineParameters& engine = {}, const Precisions& precisions = {}) {
    return {load_model("llama-3.1-8b"), precisions, h100(), {}, engine};
}

TEST(CallDemand, HalfEmptyTilesHalveTheRateAtTheirRows) {
    const auto at = [](double tile_rows) {
        return llama({.tile_rows = tile_rows}).cost(prefill_load(1, 4096)).compute_s;
    };
    EXPECT_GT(at(4096) / at(0), 1.7);
    EXPECT_LT(at(4096) / at(0), 2.0);
}

TEST(CallDemand, ArithmeticAndTrafficTakeMoreThanTheLongerWhereOverlapIsImperfect) {
    EXPECT_DOUBLE_EQ(together({3, 4}, 0), 4);
    EXPECT_DOUBLE_EQ(together({3, 4}, 2), 5);
    EXPECT_NEAR(together({3, 4}, 3), 4.4979, 1e-4);
}

TEST(CallDemand, TwoOfFourNeverReachesTwice) {
    Precisions sparse;
    sparse.weight_sparsity = Sparsity::n_of_m(2, 4);
    const auto engine = EngineChoice("vllm").on(h100());
    for (const double tokens : {1.0, 512.0, 8192.0}) {
        const auto load = prefill_load(1, tokens);
        const double gain = llama(engine).cost(load).time_s / llama(engine, sparse).cost(load).time_s;
        EXPECT_GE(gain, 1.0);
        EXPECT_LT(gain, 1.7);
    }
}

TEST(CallDemand, AnEngineOfItsOwnPaceDoesNotPayAKernelsHarness) {
    const CallDemand kernel{.launch_s = 4e-6, .kernel_s = 10e-6};
    EXPECT_NEAR(call_seconds(kernel, {.call_s = 1e-6}, {}).total(), 7e-6, 1e-15);
    EXPECT_NEAR(call_seconds(kernel, {}, {}).total(), 10e-6, 1e-15);
    // What was measured as it stands stays.
    const CallDemand measured{.known_s = 10e-6, .launch_s = 4e-6};
    EXPECT_NEAR(call_seconds(measured, {.call_s = 1e-6}, {}).total(), 11e-6, 1e-15);
}

TEST(StepModel, ServesWithAnotherEngineOnTheSameGrid) {
    auto model = llama();
    const double bare = model.cost(decode_load(8, 500)).time_s;
    model.serve_with({.host_step_s = 1e-3});
    EXPECT_NEAR(model.cost(decode_load(8, 500)).time_s, bare + 1e-3, 1e-12);
    const double tokens = model.kv_capacity_tokens();
    model.serve_with({.memory_fraction = 0.8});
    EXPECT_LT(model.kv_capacity_tokens(), tokens);
    EXPECT_THROW(model.serve_with({.memory_fraction = 2}), InputError);
}

TEST(EngineChoice, KnowsIdealTypicalAndFrameworks) {
    EXPECT_EQ(EngineChoice("ideal").on(h100()).host_step_s, 0);
    EXPECT_FALSE(EngineChoice("ideal").on(h100()).compute_share);
    EXPECT_GT(EngineChoice("typical").on(h100()).host_step_s, 0);
    EXPECT_NE(EngineChoice("vllm").on(h100()).host_step_s, EngineChoice("trtllm").on(h100()).host_step_s);
    EXPECT_THROW(EngineChoice("motor"), InputError);
}

TEST(Regimes, StaticBatchRunsInRoundsWhereTheCacheIsSmall) {
    const auto model = llama();
    const RequestLengths lengths{.prompt = 1000, .output = 1000};
    const double held = cache_tokens(model) / 1500;
    const double one = static_batch(model, held, lengths).total_s;
    EXPECT_NEAR(static_batch(model, 2 * held, lengths).total_s / one, 2, 1e-9);
}

TEST(Regimes, SaturationStopsAtTheEngineOrTheMemory) {
    const RequestLengths lengths{.prompt = 100, .output = 100};
    EXPECT_DOUBLE_EQ(saturated(llama({.sequence_limit = 10}), lengths).running, 10);
    const auto model = llama();
    EXPECT_NEAR(saturated(model, lengths).running, cache_tokens(model) / 200, 1e-6);
}

TEST(Regimes, PromptsComeInLumps) {
    const RequestLengths lengths{.prompt = 100, .output = 1000};
    const auto state = kept_running(llama(), 10, lengths);
    // One step in a hundred carries a prompt: the mean lies a hundredth of the way to its time.
    EXPECT_NEAR(state.prompts_per_step, 0.01, 1e-12);
    EXPECT_GT(state.step_s, state.decode_step_s);
    EXPECT_LT(state.step_s, state.decode_step_s * 1.02);
    EXPECT_DOUBLE_EQ(state.median_step_s(), state.decode_step_s);
}

TEST(Regimes, AQueueBeyondTheEnginesRateHasNoAnswer) {
    const auto model = llama();
    const RequestLengths lengths{.prompt = 1000, .output = 100};
    const auto slow = open_queue(model, 1, lengths);
    ASSERT_TRUE(slow);
    EXPECT_NEAR(slow->state.tokens_per_s, 100, 1e-9);
    const auto faster = open_queue(model, 20, lengths);
    ASSERT_TRUE(faster);
    EXPECT_GT(faster->state.step_s, slow->state.step_s);
    EXPECT_FALSE(open_queue(model, 1e6, lengths));
}

TEST(Regimes, PowerStaysWithinTheDesignPower) {
    const auto model = llama(EngineChoice("vllm").on(h100()));
    const double watts = kept_running(model, 64, {.prompt = 500, .output = 500}).watts;
    EXPECT_GT(watts, 0.2 * 700);
    EXPECT_LE(watts, 1.1 * 700);
}

}  // namespace
}  // namespace ridge::cost_model
