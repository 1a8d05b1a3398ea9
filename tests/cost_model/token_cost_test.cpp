// SPDX-License-Identifier: Apache-2.0
#include "cost_model/token_cost.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "core/error.hpp"

namespace ridge::cost_model {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

TokenCost cost_on(const char* device, Workload workload, const Economy& economy = {}) {
    return evaluate(load_model("llama-2-7b"), load_device(device), workload, economy);
}

Workload workload_of(std::int64_t batch, std::int64_t prompt, std::int64_t output) {
    return {.batch = batch, .prompt_tokens = prompt, .output_tokens = output, .precisions = {}};
}

TEST(TokenCost, OfH100DecodingOneSequenceIsBytesOverBandwidth) {
    const auto cost = cost_on("h100-sxm", workload_of(1, 1023, 2));
    ASSERT_EQ(cost.verdict, Verdict::ok);
    EXPECT_EQ(cost.decode_context, 1024);
    // 13.21 GB of weights, 0.54 GB of cache and some activations at 3.35 TB/s.
    EXPECT_NEAR(cost.decode.seconds, cost.decode.work.bytes / 3.35e12, 1e-12);
    EXPECT_NEAR(cost.decode.work.bytes, 2.0 * 6607077376.0 + 1024 * 524288.0, 0.002 * 13.7e9);
    EXPECT_NEAR(cost.tokens_per_s, 243.5, 1.0);
    EXPECT_EQ(cost.decode.limiter, "DRAM");
    EXPECT_EQ(cost.provenance, Provenance::specified);
    EXPECT_TRUE(cost.is_bound);
}

TEST(TokenCost, OfALongPrefillIsFlopOverPeak) {
    const auto cost = cost_on("h100-sxm", workload_of(8, 2048, 64));
    EXPECT_EQ(cost.prefill.limiter, "compute bf16");
    EXPECT_GE(cost.prefill.seconds, cost.prefill.work.flop / 989e12);
    EXPECT_LE(cost.prefill.seconds, 1.15 * cost.prefill.work.flop / 989e12);
}

TEST(TokenCost, TimesAndMoneyAgree) {
    const auto cost =
        cost_on("h100-sxm", workload_of(16, 512, 256), {.usd_per_hour = 3.6, .electricity = {}});
    EXPECT_DOUBLE_EQ(cost.time_to_first_token_s, cost.prefill.seconds);
    EXPECT_DOUBLE_EQ(cost.tokens_per_s, 16 * cost.tokens_per_s_sequence);
    EXPECT_DOUBLE_EQ(cost.request_s, cost.time_to_first_token_s + 255 * cost.time_per_output_token_s);
    EXPECT_NEAR(*cost.money.usd_per_million_output, 3.6 / 3600 / cost.tokens_per_s * 1e6, 1e-9);
    // Bound by memory: power between idle and 700 W.
    const auto power = power_of(load_device("h100-sxm"));
    EXPECT_NEAR(*cost.energy.joules_per_output_token, power.at(power.memory_activity) / cost.tokens_per_s,
                0.02 * *cost.energy.joules_per_output_token);
}

// Prompts of 2000 tokens on a device each, 32 sequences on two others.
TEST(TokenCost, OfAPrefillPoolIsTheDeviceSecondsOfBothPools) {
    Deployment apart;
    apart.parallelism.tensor = 2;
    apart.prefill = SeparatePrefill{.parallelism = {}, .bytes_per_s = 25e9, .latency_s = 0.001};
    const auto workload = workload_of(32, 2000, 101);
    const auto model = load_model("llama-2-7b");
    const auto device = load_device("h100-sxm");
    const auto cost = evaluate(model, device, workload, {.usd_per_hour = 3.6}, apart);
    ASSERT_EQ(cost.verdict, Verdict::ok) << cost.reason;
    ASSERT_TRUE(cost.pool);
    const auto alone = evaluate(model, device, workload_of(1, 2000, 101), {});
    EXPECT_NEAR(cost.time_to_first_token_s, alone.prefill.seconds, 1e-12);
    const double sent = 2000 * 524288.0;  // bytes of keys and values
    EXPECT_NEAR(cost.pool->transfer_bytes, sent, 1);
    EXPECT_NEAR(cost.pool->transfer_s, sent / 25e9 + 0.001, 1e-9);
    EXPECT_NEAR(cost.pool->request_s, std::max(alone.prefill.seconds, sent / 25e9), 1e-12);
    const double decode = 100 * cost.time_per_output_token_s;
    EXPECT_NEAR(cost.request_s, cost.time_to_first_token_s + cost.pool->transfer_s + decode, 1e-9);
    EXPECT_NEAR(cost.request_device_s, cost.pool->request_s + 2 * decode / 32, 1e-9);
    EXPECT_NEAR(cost.pool->replicas, 32 * cost.pool->request_s / decode, 1e-9);
    EXPECT_NEAR(*cost.money.usd_per_request, 0.001 * cost.request_device_s, 1e-9);
    EXPECT_NEAR(*cost.money.usd_per_million_input, 0.001 * cost.pool->request_s / 2000 * 1e6, 1e-9);
}

TEST(TokenCost, OfAPrefillPoolIsPacedByASlowNetworkAndNeedsRoomAndAnAnswer) {
    Deployment apart;
    apart.prefill = SeparatePrefill{.parallelism = {}, .bytes_per_s = 1e9};
    const auto model = load_model("llama-2-7b");
    const auto slow = evaluate(model, load_device("h100-sxm"), workload_of(8, 2000, 101), {}, apart);
    EXPECT_NEAR(slow.pool->request_s, 2000 * 524288.0 / 1e9, 1e-9);
    EXPECT_THAT([&] { (void)evaluate(model, load_device("h100-sxm"), workload_of(8, 2000, 1), {}, apart); },
                ThrowsMessage<InputError>(HasSubstr("output_tokens should be at least 2")));
    apart.prefill->bytes_per_s = 0;
    EXPECT_THAT([&] { (void)evaluate(model, load_device("h100-sxm"), workload_of(8, 2000, 9), {}, apart); },
                ThrowsMessage<InputError>(HasSubstr("bandwidth of KV transfer")));
    apart.prefill->bytes_per_s = 50e9;
    apart.parallelism.tensor = 8;
    const auto none =
        evaluate(load_model("llama-2-70b"), load_device("h100-sxm"), workload_of(1, 512, 9), {}, apart);
    EXPECT_EQ(none.verdict, Verdict::does_not_fit);
    EXPECT_THAT(none.reason, HasSubstr("prefill replica"));
}

TEST(TokenCost, OpensDownToItsCalls) {
    const auto cost = cost_on("h100-sxm", workload_of(4, 512, 64));
    for (const auto* pass : {&cost.prefill, &cost.decode}) {
        double seconds = 0, share = 0;
        for (const auto& role : pass->roles) {
            seconds += static_cast<double>(role.count) * role.each.time_s;
            share += role.share;
            EXPECT_FALSE(role.each.basis.empty());
            EXPECT_FALSE(role.each.limiter.empty());
        }
        EXPECT_NEAR(seconds, pass->seconds, 1e-12);
        EXPECT_NEAR(share, 1.0, 1e-12);
        EXPECT_NEAR(pass->specified_share, 1.0, 1e-12);
    }
}

TEST(TokenCost, GrowsWithEverythingThatIsMoreWork) {
    const auto step = [](std::int64_t batch, std::int64_t prompt) {
        return cost_on("a100-80-sxm", workload_of(batch, prompt, 64)).time_per_output_token_s;
    };
    EXPECT_LT(step(1, 128), step(2, 128));
    EXPECT_LT(step(1, 128), step(1, 1024));
    EXPECT_LT(cost_on("a100-80-sxm", workload_of(1, 128, 64)).prefill.seconds,
              cost_on("a100-80-sxm", workload_of(1, 256, 64)).prefill.seconds);
}

TEST(TokenCost, FallsWithNarrowerAndSparserWeights) {
    auto workload = workload_of(1, 128, 64);
    const double dense = cost_on("h100-sxm", workload).time_per_output_token_s;
    workload.precisions.weights = NumberFormat::parse("int8");
    const double int8 = cost_on("h100-sxm", workload).time_per_output_token_s;
    EXPECT_NEAR(int8 / dense, 0.5, 0.02);
    workload.precisions.weights = NumberFormat::parse("bf16");
    workload.precisions.weight_sparsity = Sparsity::parse("2:4");
    // 9/16 of the bytes, of whose gain kernels realise a share.
    const double gain = 1 + EngineParameters{}.sparse_share * (16.0 / 9 - 1);
    EXPECT_NEAR(cost_on("h100-sxm", workload).time_per_output_token_s / dense, 1 / gain, 0.02);
}

TEST(TokenCost, SaysByHowMuchAModelDoesNotFit) {
    const auto cost =
        evaluate(load_model("llama-2-70b"), load_device("a100-80-sxm"), workload_of(1, 128, 64), {});
    EXPECT_EQ(cost.verdict, Verdict::does_not_fit);
    EXPECT_THAT(cost.reason, HasSubstr("more than the 80.0 GiB of A100"));
    EXPECT_GT(cost.memory.weights, 2 * 68e9);
}

TEST(TokenCost, OfALargeBatchSaysThatItDoesNotFit) {
    for (const std::int64_t batch : {1 << 20, 1 << 30}) {
        const auto cost = cost_on("h100-sxm", workload_of(batch, 4000, 64));
        EXPECT_EQ(cost.verdict, Verdict::does_not_fit);
        EXPECT_THAT(cost.reason, HasSubstr("more than"));
    }
}

TEST(TokenCost, OfMeasuredRoofsIsABoundAsWell) {
    auto device = load_device("h100-sxm");
    const auto of = [&] { return evaluate(load_model("llama-2-7b"), device, workload_of(1, 128, 64), {}); };
    for (auto* ceilings : {&device.ceilings.bandwidth, &device.ceilings.read})
        for (auto& [level, ceiling] : *ceilings) ceiling.provenance = Provenance::measured;
    for (auto& [precision, ceiling] : device.ceilings.compute) ceiling.provenance = Provenance::measured;
    const auto cost = of();
    EXPECT_NEAR(cost.decode.predicted_share, 1.0, 1e-12);
    EXPECT_NEAR(cost.decode.roof_share, 1.0, 1e-12);
    EXPECT_TRUE(cost.is_bound);
    EXPECT_THAT(cost.energy.basis, HasSubstr("neither bound"));
    set_efficiencies(device, 0.9, 0.9);
    EXPECT_FALSE(of().is_bound);
}

TEST(TokenCost, SaysWhichFigureOfADeviceIsMissing) {
    auto device = load_device("h100-sxm");
    device.ceilings.bandwidth.clear();
    const auto cost = evaluate(load_model("llama-2-7b"), device, workload_of(1, 128, 64), {});
    EXPECT_EQ(cost.verdict, Verdict::unknown);
    EXPECT_THAT(cost.reason, HasSubstr("memory_bandwidth"));
}

TEST(TokenCost, SaysWhenTheFitCouldNotBeChecked) {
    auto device = load_device("h100-sxm");
    device.device.memory_bytes = 0;
    const auto cost = evaluate(load_model("llama-2-7b"), device, workload_of(1, 128, 64), {});
    EXPECT_EQ(cost.verdict, Verdict::ok);
    EXPECT_THAT(cost.memory_note, HasSubstr("not checked"));
}

TEST(TokenCost, RefusesWorkloadsThatMakeNoSense) {
    for (const auto& workload :
         {workload_of(0, 1, 1), workload_of(1, 0, 1), workload_of(1, 1, 0), workload_of(-3, 1, 1),
          workload_of(1, 4000, 97), workload_of(1, INT64_MAX, 1)})
        EXPECT_THROW((void)cost_on("h100-sxm", workload), InputError);
    EXPECT_THAT([] { (void)cost_on("h100-sxm", workload_of(1, 4000, 97)); },
                ThrowsMessage<InputError>(testing::AllOf(HasSubstr("4097"), HasSubstr("4096"))));
    EXPECT_THROW((void)cost_on("h100-sxm", workload_of(1, 8, 8), {.usd_per_hour = -1.0, .electricity = {}}),
                 InputError);
}

TEST(LoadDevice, SuggestsTheNearestId) {
    EXPECT_THAT([] { (void)load_device("h100-sxn"); }, ThrowsMessage<InputError>(HasSubstr("h100-sxm")));
}

TEST(LoadDevice, NamesFileKeyAndValueThatAreWrong) {
    const auto path = std::filesystem::path(testing::TempDir()) / "broken-device.json";
    auto json = read_json_file(RIDGE_SOURCE_DIR "/configs/devices/h100-sxm.json");
    json["peak_flops"]["bf16"] = -3;
    std::ofstream(path) << json.dump();
    EXPECT_THAT([&] { (void)load_device(path.string()); },
                ThrowsMessage<InputError>(
                    testing::AllOf(HasSubstr("broken-device.json"), HasSubstr("bf16"), HasSubstr("-3"))));
}

TEST(LoadDevice, NamesFileAndKeyOfAnUnknownPrecision) {
    const auto path = std::filesystem::path(testing::TempDir()) / "unknown-precision.json";
    auto json = read_json_file(RIDGE_SOURCE_DIR "/configs/devices/h100-sxm.json");
    json["peak_flops"]["bf17"] = 1e12;
    std::ofstream(path) << json.dump();
    EXPECT_THAT([&] { (void)load_device(path.string()); },
                ThrowsMessage<InputError>(
                    testing::AllOf(HasSubstr("unknown-precision.json"), HasSubstr("peak_flops.bf17"))));
}

TEST(LoadWorkload, ReadsPrecisions) {
    const auto path = std::filesystem::path(testing::TempDir()) / "workload.json";
    std::ofstream(path)
        << R"({"meaning": "m", "batch": 3, "prompt_tokens": 5, "output_tokens": 7, "weights": "int4:g128"})";
    const auto workload = load_workload(path.string());
    EXPECT_EQ(workload.batch, 3);
    EXPECT_EQ(workload.precisions.weights.text(), "int4:g128");
    EXPECT_EQ(workload.precisions.kv.text(), "bf16");
    std::ofstream(path) << R"({"meaning": "m", "batch": 0, "prompt_tokens": 5, "output_tokens": 7})";
    EXPECT_THAT([&] { (void)load_workload(path.string()); },
                ThrowsMessage<InputError>(
                    testing::AllOf(HasSubstr("workload.json"), HasSubstr("'batch'"), HasSubstr("0"))));
    std::ofstream(path)
        << R"({"meaning": "m", "batch": 1, "prompt_tokens": 5, "output_tokens": 7, "weights": "bf17"})";
    EXPECT_THAT([&] { (void)load_workload(path.string()); },
                ThrowsMessage<InputError>(
                    testing::AllOf(HasSubstr("workload.json"), HasSubstr("'weights'"), HasSubstr("bf17"))));
}

TEST(LoadWorkload, DefaultsAreThoseOfTheChat) {
    const auto chat = load_workload("chat");
    const Workload defaults;
    EXPECT_EQ(defaults.batch, chat.batch);
    EXPECT_EQ(defaults.prompt_tokens, chat.prompt_tokens);
    EXPECT_EQ(defaults.output_tokens, chat.output_tokens);
    EXPECT_EQ(defaults.precisions.weights.text(), chat.precisions.weights.text());
}

}  // namespace
}  // namespace ridge::cost_model
