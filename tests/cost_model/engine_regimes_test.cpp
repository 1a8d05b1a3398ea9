// SPDX-License-Identifier: Apache-2.0
#include "cost_model/serving/engine_regimes.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/error.hpp"
#include "cost_model/serving/engine_choice.hpp"
#include "cost_model/serving/sample_demands.hpp"
#include "cost_model/shipped_kernels.hpp"

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

bool has_launch(const Prediction& one) {
    return std::ranges::any_of(one.terms, [](const LimiterTerm& term) { return term.name == "launch"; });
}

// What is said of a kernel's time is of the time that is given: terms and interval too.
TEST(CallDemand, AKernelUnderAnEngineIsToldWithoutItsHarness) {
    auto device = h100();
    take_shipped_kernels(device);
    ASSERT_TRUE(device.shipped);
    const auto placement = [&](const EngineParameters& engine) {
        return make_placement(load_model("llama-3.1-8b"), {}, device, {}, engine);
    };
    const auto alone = placement({}), engine = placement({.call_s = 1e-6, .kernel_share = 0.5});
    int kernels = 0;
    for (const auto& call : placed_calls(alone, decode_pass(8, 1000))) {
        const auto timed = placed_prediction(alone, call), run = placed_prediction(engine, call);
        if (timed.launching_s <= 0 || timed.launching_s >= timed.time_s) continue;
        ++kernels;
        const auto launch = std::ranges::find(timed.terms, "launch", &LimiterTerm::name);
        ASSERT_NE(launch, timed.terms.end()) << call.role;
        EXPECT_LE(timed.launching_s, launch->seconds * timed.correction * (1 + 1e-9)) << call.role;
        EXPECT_NEAR(run.time_s, (timed.time_s - timed.launching_s) * 2, 1e-12) << call.role;
        EXPECT_FALSE(has_launch(run)) << call.role;
        EXPECT_NE(run.limiter, "launch") << call.role;
        ASSERT_TRUE(run.interval) << call.role;
        EXPECT_LE(run.interval->low, run.time_s) << call.role;
        EXPECT_GE(run.interval->high, run.time_s) << call.role;
    }
    EXPECT_GT(kernels, 0);
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

TEST(Regimes, AnEngineThatTakesAShareOfWhatIsFreeLeavesLessUnused) {
    const auto of_all = llama({.memory_fraction = 0.9}),
               of_free = llama({.memory_fraction = 0.9, .fraction_of_free = true});
    const auto& memory = of_free.memory();
    EXPECT_NEAR(memory.cache, 0.9 * (memory.capacity - memory.weights - memory.activations), 1);
    EXPECT_GT(memory.cache, of_all.memory().cache);
    EXPECT_NEAR(memory.usable, memory.cache + memory.weights + memory.activations, 1);
}

TEST(Regimes, BeamsShareTheirPrompt) {
    const RequestLengths lengths{.prompt = 8000, .output = 10};
    const auto model = llama({.sequence_limit = 8}), wide = llama({.sequence_limit = 32});
    const double alone = saturated(model, lengths).decode_step_s;
    const double beams = saturated(model, lengths, 4).decode_step_s;
    const double unshared = saturated(wide, lengths).decode_step_s;
    EXPECT_GT(beams, alone);
    EXPECT_LT(beams, (alone + unshared) / 2);
}

PlayedRuns queued(std::int64_t requests) {
    return PlayedRuns(
        {.requests = requests, .longest = {.prompt = 100, .output = 1000}, .step_tokens = 8192});
}

// All of one wave: a step with every prompt, and one for each further token.
TEST(Regimes, AWaveIsItsPromptsAndItsSteps) {
    const auto model = llama({.sequence_limit = 64});
    auto runs = queued(64);
    const auto state = run_to_end(model, {.prompt = 100, .output = 1000}, runs);
    auto first = prefill_load(64, 100);
    const double seconds = model.cost(first).time_s + 999 * decode_step_s(model, 64, 600);
    EXPECT_NEAR(state.tokens_per_s, 64 * 1000 / seconds, 1e-3 * state.tokens_per_s);
}

// Half a wave more takes as long as a whole one, nearly; many waves come to the steady state.
TEST(Regimes, ARunThatEndsIsSlowerThanOneThatGoesOn) {
    const RequestLengths lengths{.prompt = 100, .output = 1000};
    const auto model = llama({.chunk_tokens = 8192, .sequence_limit = 64});
    auto one = queued(64), more = queued(96), many = queued(64 * 50);
    const double whole = run_to_end(model, lengths, one).tokens_per_s;
    EXPECT_LT(run_to_end(model, lengths, more).tokens_per_s, 0.85 * whole);
    const double steady = saturated(model, lengths).tokens_per_s;
    EXPECT_NEAR(run_to_end(model, lengths, many).tokens_per_s, steady, 0.05 * steady);
}

// Beams cost a run to its end what they cost the steady state that it comes to.
TEST(Regimes, ARunThatEndsHasItsBeams) {
    const RequestLengths lengths{.prompt = 100, .output = 1000};
    const auto model = llama({.chunk_tokens = 8192, .sequence_limit = 64});
    auto alone = queued(64 * 50), searched = queued(64 * 50);
    const double rate = run_to_end(model, lengths, searched, 4).tokens_per_s;
    EXPECT_LT(rate, 0.9 * run_to_end(model, lengths, alone).tokens_per_s);
    const double steady = saturated(model, lengths, 4).tokens_per_s;
    EXPECT_NEAR(rate, steady, 0.05 * steady);
}

TEST(Regimes, AFirstTokenInALoopIsStepsPromptsAndAPlace) {
    const auto model = llama();
    const RequestLengths lengths{.prompt = 100, .output = 1000};
    const auto first = [&](double steps, double prompts, double users = 8) {
        return closed_loop(model, users, lengths, {.steps = steps, .prompts = prompts});
    };
    const auto least = first(1, 1);
    const double step_s = least.state.decode_step_s;
    EXPECT_NEAR(first(5, 1).first_token_s - least.first_token_s, 4 * step_s, 1e-12);
    auto load = decode_load(8, 600);
    load.prefill_tokens = 100, load.prefill_sequences = 1, load.prefill_context = 50.5;
    EXPECT_NEAR(first(1, 3).first_token_s - least.first_token_s, 2 * (model.cost(load).time_s - step_s),
                1e-12);
    // Twice as many users as the cache has places for: one round of all that is before them.
    const double places = cache_tokens(model) / 1100;
    const auto crowded = first(1, 1, 2 * places);
    EXPECT_GT(crowded.first_token_s, 1000 * crowded.state.step_s);
    EXPECT_LT(crowded.first_token_s, 1100 * crowded.state.step_s);
}

TEST(EngineChoice, NoEngineReservesMoreThanWholeOutputs) {
    const auto fit = EngineFit::load();
    for (const auto& framework : fit.frameworks()) {
        const double reserved = fit.parameters(framework, h100()).requests.output_reserved;
        EXPECT_GT(reserved, 0) << framework;
        EXPECT_LE(reserved, 1) << framework;
    }
    EXPECT_DOUBLE_EQ(fit.parameters("trtllm-0", h100()).requests.output_reserved, 1);
    EXPECT_TRUE(fit.parameters("trtllm", h100()).fraction_of_free);
    // Generations have the same kernels, and launch them differently.
    const auto first = fit.parameters("trtllm-0", h100()), now = fit.parameters("trtllm", h100());
    EXPECT_DOUBLE_EQ(*first.compute_share, *now.compute_share);
    EXPECT_DOUBLE_EQ(*first.memory_share, *now.memory_share);
    EXPECT_GT(first.call_s, now.call_s);
    EXPECT_FALSE(fit.parameters("vllm", h100()).fraction_of_free);
}

TEST(EngineChoice, AGenerationIsANumberBehindTheLastDash) {
    for (const auto& [framework, engine] : std::to_array<std::pair<const char*, const char*>>(
             {{"trtllm-0", "trtllm"},
              {"trtllm-1.2", "trtllm"},
              {"trtllm", "trtllm"},
              {"tensorrt", "tensorrt"},
              {"text-generation-inference", "text-generation-inference"},
              {"text-generation-inference-3", "text-generation-inference"},
              {"engine-", "engine-"},
              {"-0", "-0"}}))
        EXPECT_EQ(engine_of(framework), engine) << framework;
    EXPECT_EQ(generation_name("text-generation-inference-3", "memory"), "text-generation-inference");
    EXPECT_EQ(generation_name("trtllm-0", "call_s"), "trtllm-0");
}

double memory_seconds(const SampleDemands::Batch& batch) {
    double sum = 0;
    for (const auto& call : batch.demands.calls) sum += call.count * call.memory_s;
    return sum;
}

// What layers hand to each other stays in the last cache, so that only weights and what is too large for it
// come from memory.
TEST(Samples, StayInTheLastCache) {
    auto bare = h100(), endless = h100();
    bare.device.caches.clear();
    endless.device.caches = {{.name = "L2", .bytes = 1e15, .shared_by = 0}};
    const auto precisions = parse_precisions("bf16");
    for (const auto* model : {"bert-large", "resnet-50"}) {
        const auto without = sample_demands(model, bare, precisions, 178),
                   with = sample_demands(model, h100(), precisions, 178),
                   all = sample_demands(model, endless, precisions, 178);
        for (std::size_t i = 0; i < with.batches.size(); ++i) {
            EXPECT_LT(memory_seconds(with.batches[i]), memory_seconds(without.batches[i])) << model;
            EXPECT_LE(memory_seconds(all.batches[i]), memory_seconds(with.batches[i])) << model;
            EXPECT_NEAR(memory_seconds(all.batches[i]), memory_seconds(all.batches.front()),
                        1e-6 * memory_seconds(all.batches.front()))
                << model << ": weights alone, whatever the batch";
        }
        EXPECT_GT(memory_seconds(with.batches.back()) / 64, memory_seconds(with.batches.front()) / 64)
            << model;
        double best = 0;
        for (const auto& batch : with.batches)
            best = std::max(best, batch.samples / seconds_of(batch.demands, {}).total());
        EXPECT_DOUBLE_EQ(samples_per_s(with, {}), best);
    }
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
