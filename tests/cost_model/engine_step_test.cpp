// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "cost_model/serving/engine_regimes.hpp"

namespace ridge::cost_model {
namespace {

// A model of one layer of 1e9 linear parameters on a device of 1e12 bytes/s and 1e15 FLOP/s that wastes
// nothing.
EngineCase plain() {
    EngineCase engine;
    auto& sizes = engine.sizes;
    sizes.hidden = 1000, sizes.layers = 1, sizes.vocabulary = 1;
    sizes.query_heads = sizes.kv_heads = 8, sizes.score_dim = sizes.prompt_dim = 256;
    sizes.attention_parameters = 1e9, sizes.cache_elements = 1000, sizes.tied_head = true;
    auto& device = engine.device;
    device.peak_flops = device.peak16_flops = 1e15, device.bandwidth = 1e12;
    device.memory_bytes = 4e9, device.tdp_w = 100, device.link_bytes_per_s = 1e11;
    auto& shares = engine.shares;
    shares.memory_fraction = 1, shares.sequence_limit = 1000, shares.chunk_tokens = 1000;
    return engine;
}

TEST(EngineStep, OfOneTokenReadsEveryWeightOnce) {
    const auto step = engine_step(plain(), {.decode_sequences = 1, .decode_context = 0});
    EXPECT_NEAR(step.linear, 2e9 / 1e12, 1e-9);
    EXPECT_DOUBLE_EQ(step.bytes, 2e9);
    EXPECT_DOUBLE_EQ(step.flop, 2e9);
}

TEST(EngineStep, OfManyTokensIsArithmetic) {
    const auto step =
        engine_step(plain(), {.prompt_tokens = 1e5, .prompt_sequences = 1, .prompt_context = 0});
    EXPECT_NEAR(step.linear, 2e14 / 1e15, 1e-5);
}

TEST(EngineStep, HalfEmptyTilesHalveTheRateAtTheirRows) {
    auto engine = plain();
    const EngineLoad load{.prompt_tokens = 1e5, .prompt_sequences = 1};
    const double full = engine_step(engine, load).linear;
    engine.shares.tile_rows = 1e5;
    EXPECT_NEAR(engine_step(engine, load).linear / full, 2, 1e-3);
    engine.device.narrow_rows = true;
    EXPECT_NEAR(engine_step(engine, load).linear / full, 1, 1e-3);
}

TEST(EngineStep, CacheTrafficGrowsWithContextAndStopsAtTheWindow) {
    auto engine = plain();
    const auto attention = [&](double context) {
        return engine_step(engine, {.decode_sequences = 10, .decode_context = context}).decode_attention;
    };
    EXPECT_NEAR(attention(1000), 10 * 1000 * 2000 / 1e12, 1e-7);
    EXPECT_NEAR(attention(2000) / attention(1000), 2, 1e-6);
    engine.sizes.window = 1000, engine.sizes.window_share = 0.5;
    EXPECT_NEAR(attention(3000) / attention(1000), 2, 1e-6);
}

TEST(EngineStep, ExpertsThatAreNotChosenAreNotRead) {
    auto engine = plain();
    engine.sizes.attention_parameters = 0;
    engine.sizes.expert_layers = 1, engine.sizes.experts = 100, engine.sizes.experts_per_token = 1;
    engine.sizes.expert_parameters = 1e7;
    const auto bytes = [&](double tokens) { return engine_step(engine, {.decode_sequences = tokens}).bytes; };
    EXPECT_NEAR(bytes(1), 2e7, 1);
    EXPECT_NEAR(bytes(1e6), 100 * 2e7, 1);  // all touched
    EXPECT_NEAR(bytes(2), (100 * (1 - std::pow(0.99, 2))) * 2e7, 1);
}

TEST(EngineStep, TensorParallelismCutsTheReadingAndPaysForExchanges) {
    auto engine = plain();
    engine.shares.link_latency_s = 1e-5;
    engine.spread.tensor = 4;
    const auto step = engine_step(engine, {.decode_sequences = 1, .decode_context = 0});
    EXPECT_NEAR(step.linear, 0.5e9 / 1e12, 1e-9);
    EXPECT_NEAR(step.communication, 2 * (1e-5 + 2 * 0.75 * 1000 * 2 / 1e11), 1e-12);
}

TEST(EngineStep, TwoOfFourNeverReachesTwice) {
    auto engine = plain();
    engine.shares.sparse_gain = 0.5, engine.shares.layer_s = 1e-3;
    const EngineLoad load{.prompt_tokens = 1e4, .prompt_sequences = 1, .prompt_context = 100};
    const double dense = engine_step(engine, load).seconds();
    engine.formats.sparsity = Sparsity::n_of_m(2, 4);
    const double sparse = engine_step(engine, load).seconds();
    EXPECT_GT(dense / sparse, 1.0);
    EXPECT_LT(dense / sparse, 1.5);
}

TEST(Regimes, StaticBatchRunsInRoundsWhereTheCacheIsSmall) {
    auto engine = plain();
    const RequestLengths lengths{.prompt = 100, .output = 100};
    // 2e9 bytes are left beside the weights: 1e6 positions, 6666 sequences of 150.
    EXPECT_NEAR(engine_cache_tokens(engine), 1e6, 1);
    const double one = static_batch(engine, 6000, lengths).total_s;
    EXPECT_NEAR(static_batch(engine, 2 * 1e6 / 150, lengths).total_s / one, 2, 0.25);
}

TEST(Regimes, SaturationStopsAtTheEngineOrTheMemory) {
    auto engine = plain();
    const RequestLengths lengths{.prompt = 100, .output = 100};
    EXPECT_DOUBLE_EQ(saturated(engine, lengths).running, 1000);
    engine.device.memory_bytes = 2e9 + 2000.0 * 200 * 100;
    EXPECT_NEAR(saturated(engine, lengths).running, 100, 1e-6);
}

TEST(Regimes, PromptsComeInLumps) {
    auto engine = plain();
    const RequestLengths lengths{.prompt = 100, .output = 1000};
    const auto state = steady_state(engine, 10, lengths);
    // One step in a hundred carries a prompt: the mean lies a hundredth of the way to its time.
    EXPECT_NEAR(state.prompts_per_step, 0.01, 1e-12);
    EXPECT_GT(state.step_s, state.decode_step_s);
    EXPECT_LT(state.step_s, state.decode_step_s * 1.02);
    EXPECT_DOUBLE_EQ(state.median_step_s(), state.decode_step_s);
}

TEST(Regimes, AQueueBeyondTheEnginesRateHasNoAnswer) {
    const RequestLengths lengths{.prompt = 1000, .output = 100};
    const auto slow = open_queue(plain(), 1, lengths);
    ASSERT_TRUE(slow);
    EXPECT_NEAR(slow->state.tokens_per_s, 100, 1e-9);
    const auto faster = open_queue(plain(), 20, lengths);
    ASSERT_TRUE(faster);
    EXPECT_GT(faster->state.step_s, slow->state.step_s);
    EXPECT_FALSE(open_queue(plain(), 1e6, lengths));
}

TEST(Regimes, PowerStaysWithinTheDesignPower) {
    auto engine = plain();
    engine.shares.idle_power = 0.2, engine.shares.memory_power = 0.5, engine.shares.compute_power = 3;
    const auto decode = engine_step(engine, {.decode_sequences = 1});
    EXPECT_NEAR(engine_power(engine, decode, decode.seconds()), 100 * (0.2 + 0.5 + 0.006), 0.5);
    const auto prompt = engine_step(engine, {.prompt_tokens = 1e5, .prompt_sequences = 1});
    EXPECT_DOUBLE_EQ(engine_power(engine, prompt, prompt.seconds()), 100);
}

}  // namespace
}  // namespace ridge::cost_model
