// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "cost_model/levers/ladder.hpp"

namespace ridge::cost_model {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

Scenario scenario(const char* model = "llama-2-7b", const char* device = "h100-sxm") {
    return {load_model(model),
            load_device(device),
            {.batch = 8, .prompt_tokens = 512, .output_tokens = 128, .precisions = {}},
            {.usd_per_hour = 3.0, .electricity = {}},
            {}};
}

TokenCost with(const char* lever, Scenario one = scenario()) {
    pull(one, parse_lever(lever));
    return evaluate(one);
}

TEST(Levers, EachHasAnEffectOrSaysWhyItCanNot) {
    const auto base = evaluate(scenario());
    for (const auto& lever : levers()) {
        const std::string name(lever.name);
        if (lever.preset.empty() || name == "host" || name == "overlap" || name == "chunk") continue;
        auto one = scenario();
        if (name == "experts-on")
            one.model = load_model("mixtral-8x7b"), one.deployment.tiers.dram_bytes = 1e12;
        if (name == "experts-on") one.workload.precisions.weights = NumberFormat::parse("int8:g128");
        if (name == "mla" || name == "activation-sparsity") one.workload.batch = 1;
        const auto before = evaluate(one);
        pull(one, parse_lever(name));
        const auto after = evaluate(one);
        ASSERT_EQ(after.verdict, Verdict::ok) << name << ": " << after.reason;
        EXPECT_TRUE(after.request_device_s != before.request_device_s ||
                    *after.money.usd_per_request != *before.money.usd_per_request)
            << name;
        EXPECT_FALSE(lever.quality.empty());
        EXPECT_FALSE(lever.changes.empty());
    }
    EXPECT_EQ(base.verdict, Verdict::ok);
}

TEST(Levers, OfSparsityStayBelowTheDataSheet) {
    const auto base = evaluate(scenario("llama-2-13b")),
               sparse = with("sparsity=2:4", scenario("llama-2-13b"));
    for (const double gain :
         {base.prefill.seconds / sparse.prefill.seconds, base.decode.seconds / sparse.decode.seconds}) {
        EXPECT_GT(gain, 1.1);
        EXPECT_LT(gain, 1.8);
    }
}

TEST(Levers, OfAPrefixLeaveTheRestOfThePrompt) {
    const auto base = evaluate(scenario()), cached = with("prefix-cache=0.75");
    EXPECT_NEAR(cached.prefill.seconds / base.prefill.seconds, 0.25, 0.03);
    EXPECT_DOUBLE_EQ(cached.decode.seconds, base.decode.seconds);
}

TEST(Levers, OfFusedChunksPayForLoading) {
    const auto base = evaluate(scenario());
    const auto dram = with("chunk-fusion=0.8:0.15:dram"), ssd = with("chunk-fusion=0.8:0.15:ssd");
    EXPECT_LT(dram.prefill.seconds, base.prefill.seconds);
    EXPECT_LT(dram.prefill.seconds, ssd.prefill.seconds);
    // 8 prompts of 409 tokens at 512 KiB each, from a drive of 6.8 GB/s.
    EXPECT_NEAR(ssd.prefill.seconds, 8 * 409 * 524288.0 / 6.8e9, 0.02 * ssd.prefill.seconds);
}

TEST(Levers, OfSpeculationYieldTokens) {
    EXPECT_NEAR((Speculation{3, 0.5, 0}.tokens_per_step()), 1 + 0.5 + 0.25 + 0.125, 1e-12);
    EXPECT_NEAR((Speculation{3, 1, 0}.tokens_per_step()), 4, 1e-12);
    const auto base = evaluate(scenario()), fast = with("speculative=4:0.8:0.05");
    EXPECT_NEAR(fast.tokens_per_step, (1 - std::pow(0.8, 5)) / 0.2, 1e-12);
    EXPECT_LT(fast.time_per_output_token_s, base.time_per_output_token_s);
    EXPECT_GT(with("speculative=4:0:0.05").time_per_output_token_s, base.time_per_output_token_s);
}

TEST(Levers, OfTheBatchFillTheMemory) {
    const auto full = with("batch=max");
    EXPECT_GT(full.workload.batch, 64);
    EXPECT_LE(full.memory.total(), full.memory_capacity);
    EXPECT_EQ(full.verdict, Verdict::ok);
}

TEST(Levers, ThatMakeNoSenseAreRefused) {
    const auto refuses = [](const char* lever, const char* why) {
        EXPECT_THAT([&] { (void)with(lever); }, ThrowsMessage<InputError>(HasSubstr(why))) << lever;
    };
    refuses("weigths=int4", "did you mean 'weights'");
    refuses("weights=int5", "lever weights=int5");
    refuses("price", "USD/h");
    refuses("price=-1", "between 0 and");
    refuses("prefix-cache=1.5", "between 0 and 0.999");
    refuses("prefix-cache=nan", "not finite");
    refuses("chunk-fusion=0.5:0.1:tape", "tier 'tape'");
    refuses("moe=7:2", "divides the 11008");
    refuses("moe=8:9", "between 1 and 8");
    refuses("gqa=5", "divisor of the model's 32");
    refuses("speculative=4", "fields");
    refuses("parallel=tp3", "tp3 does not divide its 32 heads");
    refuses("batch=0", "between 1 and");
    refuses("power=0", "between 0.1 and");
}

TEST(Ladder, ShowsEachFactorAndWhatInteractionTakesAway) {
    const auto ladder = climb(scenario(), {parse_lever("weights=int8:g128"), parse_lever("weights=int4:g128"),
                                           parse_lever("price=1.5")});
    ASSERT_EQ(ladder.rungs.size(), 3U);
    EXPECT_EQ(ladder.measure, LadderMeasure::usd_per_request);
    EXPECT_NEAR(*ladder.rungs[2].own, 2.0, 1e-9);
    EXPECT_NEAR(*ladder.product, *ladder.rungs[0].own * *ladder.rungs[1].own * 2, 1e-9);
    // Weights have one format: the second takes the place of the first.
    EXPECT_NEAR(*ladder.all_at_once, *ladder.rungs[1].own * 2, 1e-9);
    EXPECT_NEAR(*ladder.lost, *ladder.rungs[0].own, 1e-9);
    EXPECT_NEAR(*ladder.rungs[0].lost, 1, 1e-9);
}

TEST(Ladder, WithoutAPriceCountsDeviceSeconds) {
    auto one = scenario();
    one.device.price.reset();
    one.economy.usd_per_hour.reset();
    const auto ladder = climb(one, {parse_lever("parallel=tp2")});
    EXPECT_EQ(ladder.measure, LadderMeasure::device_seconds_per_request);
    EXPECT_LT(*ladder.rungs[0].own, 1);  // two devices are not twice as fast
}

TEST(Deployment, OfSeveralDevicesFitsWhatOneDoesNot) {
    auto one = scenario("llama-2-70b");
    const auto alone = evaluate(one);
    EXPECT_EQ(alone.verdict, Verdict::does_not_fit);
    EXPECT_THAT(alone.reason, HasSubstr("it fits with --lever weights=int8:g128"));
    const auto four = with("parallel=tp4", one);
    EXPECT_EQ(four.verdict, Verdict::ok);
    EXPECT_EQ(four.devices, 4);
    EXPECT_GT(four.decode_cost.communication_s, 0);
    const auto narrow = with("weights=int4:g128", one);
    EXPECT_EQ(narrow.verdict, Verdict::ok);
}

TEST(Deployment, OpensDownToItsExchanges) {
    auto one = scenario("llama-2-70b");
    one.deployment.parallelism = {.tensor = 4, .pipeline = 2};
    one.deployment.engine.host_step_s = 1e-3;
    const auto cost = evaluate(one);
    for (const auto* pass : {&cost.prefill, &cost.decode}) {
        double sum = 0;
        std::string roles;
        for (const auto& role : pass->roles) sum += role.seconds, roles += role.role + " ";
        EXPECT_NEAR(sum, pass->seconds, 1e-9 * sum);
        EXPECT_THAT(roles, testing::AllOf(HasSubstr("tensor all-reduce"), HasSubstr("host")));
    }
    EXPECT_NEAR(cost.decode.seconds, cost.decode_cost.time_s, 1e-9);
    EXPECT_NEAR(cost.prefill.seconds, cost.prefill_cost.time_s, 1e-9);
}

TEST(Deployment, OffloadsWeightsAtTheSpeedOfTheHostsLink) {
    auto one = scenario("llama-2-70b");
    one.deployment.offload = {.tier = Tier::dram, .weights = 1};
    const auto cost = evaluate(one);
    ASSERT_EQ(cost.verdict, Verdict::ok) << cost.reason;
    // 138 GB of weights through PCIe 5.0 x16 at NCCL's share.
    EXPECT_NEAR(cost.decode.seconds, 137e9 / (64e9 * 12 / 15.75), 0.05 * cost.decode.seconds);
}

TEST(Deployment, ComputesExpertsOnTheHost) {
    auto one = scenario("deepseek-v3", "rtx4090");
    one.workload = {
        .batch = 1, .prompt_tokens = 512, .output_tokens = 64, .precisions = parse_precisions("w4")};
    one.workload.precisions.expert_weights.reset();
    EXPECT_EQ(evaluate(one).verdict, Verdict::does_not_fit);
    one.deployment.tiers.dram_bytes = 1e12;
    const auto hybrid = with("experts-on=xeon-8480p", one);
    ASSERT_EQ(hybrid.verdict, Verdict::ok) << hybrid.reason;
    // Eight of 256 experts of 58 layers at 4.125 bits through the processor's memory.
    const double bytes = 58 * 8 * 3.0 * 7168 * 2048 * 4.125 / 8;
    const double rate = load_device("xeon-8480p").device.memory_bandwidth_bytes_per_s;
    EXPECT_GT(hybrid.time_per_output_token_s, bytes / rate);
    EXPECT_LT(hybrid.time_per_output_token_s, 2.5 * bytes / rate);
    one.deployment.tiers.dram_bytes = 64e9;
    EXPECT_THROW((void)with("experts-on=xeon-8480p", one), InputError);
    EXPECT_THROW((void)with("experts-on=xeon-8480p"), InputError);
}

TEST(Deployment, ThatMakesNoSenseIsRefused) {
    auto one = scenario();
    one.deployment.reuse = {.prefix = 0.6, .fused = 0.5};
    EXPECT_THROW((void)evaluate(one), InputError);
    one = scenario();
    one.deployment.tiers.dram_bytes_per_s = 0;
    EXPECT_THROW((void)evaluate(one), InputError);
    one = scenario();
    one.deployment.offload.kv = 1.2;
    EXPECT_THROW((void)evaluate(one), InputError);
}

}  // namespace
}  // namespace ridge::cost_model
