// SPDX-License-Identifier: Apache-2.0
#include "cost_model/serving/step_model.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "cost_model/shipped_kernels.hpp"
#include "cost_model/token_cost.hpp"

namespace ridge::cost_model {
namespace {

const DeviceModel& h100() {
    static const auto device = load_device("h100-sxm");
    return device;
}
const ModelConfig& llama() {
    static const auto model = load_model("llama-3.1-8b");
    return model;
}

StepModel step_model(const Parallelism& parallelism = {}, const EngineParameters& engine = {}) {
    return {llama(), {}, h100(), parallelism, engine};
}

double terms(const StepCost& cost) {
    return cost.compute_s + cost.memory_s + cost.launch_s + cost.communication_s + cost.host_s +
           cost.bubble_s;
}

TEST(StepModel, AgreesWithTheGraphOnEveryKindOfLoad) {
    const auto model = step_model();
    for (const auto& load : {decode_load(1, 1000), decode_load(37, 777), decode_load(300, 5000),
                             prefill_load(1, 1000), prefill_load(3, 700, 500), prefill_load(1, 30000),
                             StepLoad{.prefill_tokens = 2000,
                             .prefill_sequences = 2,
                             .prefill_context = 900,
                             .decode_sequences = 60,
                             .decode_context = 2500}}) {
        const auto exact = exact_cost(model.placement(), load), read = model.cost(load);
        EXPECT_NEAR(read.time_s, exact.time_s, 0.03 * exact.time_s);
        EXPECT_NEAR(read.energy_j, exact.energy_j, 0.04 * exact.energy_j);
        EXPECT_NEAR(terms(read), read.time_s, 1e-9 * read.time_s);
        EXPECT_NEAR(terms(exact), exact.time_s, 1e-9 * exact.time_s);
    }
}

TEST(StepModel, IsTheSumOfTheGraphsCallsOnOneDevice) {
    const auto cost = evaluate(
        llama(), h100(), {.batch = 16, .prompt_tokens = 1023, .output_tokens = 2, .precisions = {}}, {});
    const auto decode = exact_cost(make_placement(llama(), {}, h100()), decode_load(16, 1024));
    EXPECT_NEAR(decode.time_s, cost.decode.seconds, 1e-9 * decode.time_s);
    const auto prefill = exact_cost(make_placement(llama(), {}, h100()), prefill_load(16, 1023));
    EXPECT_NEAR(prefill.time_s, cost.prefill.seconds, 0.005 * prefill.time_s);
}

TEST(StepModel, CutsTimeByTensorParallelismLessItsExchanges) {
    const auto one = exact_cost(make_placement(llama(), {}, h100()), decode_load(16, 1000));
    const auto eight = exact_cost(make_placement(llama(), {}, h100(), {.tensor = 8}), decode_load(16, 1000));
    EXPECT_LT(eight.time_s, one.time_s);
    EXPECT_GT(eight.time_s, one.time_s / 8);
    EXPECT_GT(eight.communication_s, 64 * 5e-6);
    const auto hidden =
        exact_cost(make_placement(llama(), {}, h100(), {.tensor = 8}, {.communication_overlap = 1}),
                   decode_load(16, 1000));
    EXPECT_NEAR(eight.time_s - hidden.time_s, eight.communication_s, 1e-12);
}

TEST(StepModel, FillsAPipelineWithMicrobatches) {
    const auto cost = [](double batch, std::int64_t stages) {
        return exact_cost(make_placement(llama(), {}, h100(), {.pipeline = stages}),
                          decode_load(batch, 1000));
    };
    // One sequence passes the stages one after the other: no faster than one device, and mostly waiting.
    EXPECT_GT(cost(1, 4).time_s, 0.95 * cost(1, 1).time_s);
    EXPECT_GT(cost(1, 4).bubble_s, 0.6 * cost(1, 4).time_s);
    EXPECT_LT(cost(64, 4).bubble_s, 0.1 * cost(64, 4).time_s);
}

TEST(StepModel, LetsReplicasShareTheLoad) {
    const auto one = exact_cost(make_placement(llama(), {}, h100()), decode_load(16, 1000));
    const auto two = exact_cost(make_placement(llama(), {}, h100(), {.data = 2}), decode_load(32, 1000));
    EXPECT_NEAR(two.time_s, one.time_s, 1e-12);
    EXPECT_NEAR(two.energy_j, 2 * one.energy_j, 1e-9);
    EXPECT_NEAR(step_model({.data = 2}).kv_capacity_tokens(), 2 * step_model().kv_capacity_tokens(), 1);
}

TEST(StepModel, AddsTheHostUnlessItIsHidden) {
    const EngineParameters host{.host_step_s = 1e-3, .host_sequence_s = 1e-5};
    const auto bare = step_model().cost(decode_load(16, 1000));
    const auto with = step_model({}, host).cost(decode_load(16, 1000));
    EXPECT_NEAR(with.time_s - bare.time_s, 1.16e-3, 1e-12);
    auto hidden = host;
    hidden.host_overlap = 1;
    EXPECT_NEAR(step_model({}, hidden).cost(decode_load(16, 1000)).time_s, bare.time_s, 1e-12);
}

TEST(StepModel, TakesTheEnginesShareOfTheRoofs) {
    const auto half = step_model({}, {.compute_share = 0.5, .memory_share = 0.5});
    EXPECT_NEAR(half.cost(decode_load(16, 1000)).time_s, 2 * step_model().cost(decode_load(16, 1000)).time_s,
                1e-9);
}

TEST(ShippedKernels, TimeTheCallsThatTheyCover) {
    auto device = load_device("h100-sxm");
    const auto call = OperatorCall::parse("gemm m=16 n=4096 k=4096 a=bf16 w=bf16 c=bf16");
    EXPECT_FALSE(kernel_prediction(call, device));
    take_shipped_kernels(device);
    const auto found = kernel_prediction(call, device);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->provenance, Provenance::predicted);
    EXPECT_GT(found->time_s, predict(call, device).time_s);  // the ceilings alone
    EXPECT_EQ(kernel_call(OperatorCall::parse("attention_paged batch=2 heads=8 kv_heads=8 head_dim=128 "
                                              "context=640 page=16 q=bf16 kv=bf16"))
                  .text(),
              "attention batch=2 heads=8 kv_heads=8 head_dim=128 queries=1 context=640 q=bf16 kv=bf16");
    // No table has it; many octaves from any call; formats that were not timed.
    for (const char* other : {"add_rmsnorm rows=16 n=4096 x=bf16", "gemm m=16 n=4 k=4 a=bf16 w=bf16 c=bf16",
                              "gemm m=16 n=4096 k=4096 a=bf16 w=int4:g128 c=bf16"})
        EXPECT_FALSE(kernel_prediction(OperatorCall::parse(other), device)) << other;
    auto none = load_device("h20");
    take_shipped_kernels(none);
    EXPECT_FALSE(none.shipped);
}

TEST(ShippedKernels, StandInStepsAndInTheirTables) {
    auto device = load_device("h100-sxm");
    const auto model = load_model("llama-3.1-8b");
    const EngineParameters engine{.compute_share = 0.6, .memory_share = 0.8};
    const StepModel by_shares(model, {}, device, {}, engine);
    take_shipped_kernels(device);
    auto by_kernels = StepModel(model, {}, device, {}, engine);
    const auto load = decode_load(16, 1000);
    const double seconds = by_kernels.cost(load).time_s;
    EXPECT_NE(seconds, by_shares.cost(load).time_s);
    EXPECT_NEAR(seconds, exact_cost(by_kernels.placement(), load).time_s, 0.03 * seconds);
    // Kernels at half of their speed take twice as long, what they do not cover does not.
    auto slower = engine;
    slower.kernel_share = 0.5;
    by_kernels.serve_with(slower);
    EXPECT_GT(by_kernels.cost(load).time_s, 1.5 * seconds);
    EXPECT_LT(by_kernels.cost(load).time_s, 2 * seconds);
}

TEST(StepModel, SaysWhatTheCacheHolds) {
    const auto model = step_model();
    EXPECT_DOUBLE_EQ(model.kv_bytes_per_token(), 2.0 * 32 * 8 * 128 * 2);
    EXPECT_GT(model.kv_capacity_tokens(), 300e3);
    EXPECT_LT(model.kv_capacity_tokens(), 80 * 0x1p30 / model.kv_bytes_per_token());
    const StepModel large(load_model("llama-3.1-70b"), {}, h100());
    EXPECT_EQ(large.kv_capacity_tokens(), 0);
}

TEST(StepModel, DealsExpertsOut) {
    const auto mixtral = load_model("mixtral-8x7b");
    const auto at = [&](const Parallelism& p, const EngineParameters& engine = {}) {
        return exact_cost(make_placement(mixtral, {}, h100(), p, engine), decode_load(512, 1000));
    };
    const auto dealt = at({.expert = 8, .data = 8});
    EXPECT_GT(dealt.communication_s, 0);
    EXPECT_GT(at({.expert = 8, .data = 8}, {.expert_imbalance = 2}).time_s, dealt.time_s);
}

TEST(StepModel, CutsAPromptByContextParallelism) {
    const auto at = [](std::int64_t ways) {
        return exact_cost(make_placement(llama(), {}, h100(), {.context = ways}), prefill_load(1, 64000))
            .time_s;
    };
    EXPECT_LT(at(4), 0.35 * at(1));
    EXPECT_GT(at(4), 0.24 * at(1));
}

TEST(StepModel, RefusesLoadsThatMakeNoSense) {
    const auto model = step_model();
    EXPECT_THROW((void)model.cost({.decode_sequences = -1, .decode_context = 1}), InputError);
    EXPECT_THROW((void)model.cost({.decode_sequences = NAN, .decode_context = 1}), InputError);
    EXPECT_THROW((void)model.cost({.prefill_tokens = 10}), InputError);
    EXPECT_EQ(model.cost({}).time_s, 0);
    EXPECT_THROW((void)step_model({}, {.memory_fraction = 1.5}), InputError);
    EXPECT_THROW((void)step_model({}, {.host_step_s = -1}), InputError);
}

}  // namespace
}  // namespace ridge::cost_model
