// SPDX-License-Identifier: Apache-2.0
#include "cost_model/kernel/features.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "cost_model/kernel/kernel_model.hpp"
#include "synthetic.hpp"

namespace ridge::cost_model {
namespace {

Features features_of(const std::string& call, const KernelConfig& config = {},
                     CacheState cache = CacheState::cold) {
    const auto device = synthetic::device();
    return make_features(operators::parse_call(call), config, cache, device, make_ceilings(device, {}));
}

Roof bandwidth(const std::string& level, const std::string& mix, double rate) {
    Roof roof;
    roof.probe = {RoofProbe::Kind::bandwidth, mix, Precision::fp32, level, 1 << 20, "device"};
    roof.rate = rate;
    return roof;
}

TEST(Features, OfAGemmByHand) {
    // 2 · 128 · 256 · 512 FLOP at 200 GFLOP/s; (128 · 512 + 256 · 512 + 128 · 256) · 4 bytes at 20 GB/s.
    const auto features = features_of("gemm m=128 n=256 k=512 a=fp32 w=fp32 c=fp32");
    EXPECT_DOUBLE_EQ(features.compute_s, 33554432.0 / 2e11);
    ASSERT_EQ(features.levels.size(), 1U);
    EXPECT_DOUBLE_EQ(features.levels[0].bytes, 917504.0);
    EXPECT_DOUBLE_EQ(features.levels[0].seconds, 917504.0 / 2e10);
}

TEST(Features, PadsToRegisterTiles) {
    KernelConfig config({{"mr", std::int64_t{8}}, {"nr", std::int64_t{48}}});
    const auto features = features_of("gemm m=1 n=96 k=64 a=fp32 w=fp32 c=fp32", config);
    EXPECT_DOUBLE_EQ(features.padding, 8.0);
}

TEST(Features, CountsTheBusiestUnit) {
    const char* call = "gemm m=320 n=64 k=64 a=fp32 w=fp32 c=fp32";
    KernelConfig config({{"mr", std::int64_t{64}}, {"nr", std::int64_t{16}}});
    // 5 x 4 tiles over 4 units come out even; 5 rows of tiles over 4 units do not: one does 2, as if 8 had
    // been done.
    EXPECT_DOUBLE_EQ(features_of(call, config).quantisation, 1.0);
    config.set("partition", std::string("m"));
    EXPECT_DOUBLE_EQ(features_of(call, config).quantisation, 8.0 / 5.0);
    config.set("partition", std::string("n"));
    EXPECT_DOUBLE_EQ(features_of(call, config).quantisation, 1.0);
    config.set("partition", std::string("mn"));
    EXPECT_DOUBLE_EQ(features_of(call, config).quantisation, 6.0 / 5.0);
}

TEST(Features, CountNrInVectorsWhereTheDeviceHasSome) {
    auto device = synthetic::device();
    device.instruction_sets = {"avx2", "avx512f"};
    const auto call = operators::parse_call("gemm m=1 n=40 k=64 a=fp32 w=fp32 c=fp32");
    const KernelConfig config({{"nr", std::int64_t{2}}});
    EXPECT_DOUBLE_EQ(make_features(call, config, CacheState::cold, device, make_ceilings(device, {})).padding,
                     64.0 / 40);
    device.instruction_sets = {"avx2"};
    EXPECT_DOUBLE_EQ(make_features(call, config, CacheState::cold, device, make_ceilings(device, {})).padding,
                     48.0 / 40);
}

TEST(Features, ReadsPanelsAgainFromTheCacheBehindMemory) {
    auto device = synthetic::device();
    device.caches = {{"L3", 32e6, 0}};
    const auto ceilings = make_ceilings(device, {bandwidth("L3", "read", 1e11)});
    const auto call = operators::parse_call("gemm m=64 n=128 k=32 a=fp32 w=fp32 c=fp32");
    const KernelConfig config({{"nc", std::int64_t{64}}, {"mc", std::int64_t{32}}, {"kc", std::int64_t{16}}});
    const auto features = make_features(call, config, CacheState::cold, device, ceilings);
    ASSERT_EQ(features.levels.size(), 2U);
    EXPECT_EQ(features.levels[1].name, "L3");
    // A twice (two blocks of columns), W twice (two of rows), C written, read and written (two of k).
    EXPECT_DOUBLE_EQ(features.levels[1].bytes, 4.0 * (2 * 64 * 32 + 2 * 128 * 32 + 3 * 64 * 128));
}

TEST(Features, OfAWarmCallMoveFromTheSmallestCacheThatHoldsIt) {
    auto device = synthetic::device();
    device.caches = {{"L2", 1e6, 1}, {"L3", 32e6, 0}};
    const auto ceilings =
        make_ceilings(device, {bandwidth("L3", "read", 1e11), bandwidth("L2", "read", 4e11)});
    const auto level_of = [&](const char* call) {
        return make_features(operators::parse_call(call), {}, CacheState::warm, device, ceilings)
            .levels.front()
            .name;
    };
    EXPECT_EQ(level_of("stream_read n=500000 x=fp32"), "L2");  // 2 MB in 4 · 1 MB
    EXPECT_EQ(level_of("stream_read n=5000000 x=fp32"), "L3");
    EXPECT_EQ(level_of("stream_read n=50000000 x=fp32"), "DRAM");
    const auto gemm = operators::parse_call("gemm m=16 n=256 k=256 a=fp32 w=fp32 c=fp32");
    const auto levels = make_features(gemm, {}, CacheState::warm, device, ceilings).levels;
    ASSERT_EQ(levels.size(), 1U) << "what lies in L2 does not pass L3";
    EXPECT_EQ(levels.front().name, "L2");
}

TEST(Features, OfADeviceWithoutTheCeilingSayWhichIsMissing) {
    auto device = synthetic::device();
    device.peak_flops = {{Precision::int8, 1e12}};
    const auto call = operators::parse_call("gemm m=1 n=8 k=8 a=fp32 w=fp32 c=fp32");
    try {
        (void)make_features(call, {}, CacheState::cold, device, make_ceilings(device, {}));
        FAIL() << "accepted";
    } catch (const InputError& error) {
        EXPECT_NE(std::string(error.what()).find("peak_flops of fp32"), std::string::npos) << error.what();
    }
}

TEST(Ceilings, MeasuredRoofsTakePrecedenceOverTheDataSheet) {
    const auto ceilings = make_ceilings(
        synthetic::device(), {bandwidth("DRAM", "copy", 1.2e10), bandwidth("DRAM", "read", 1.5e10)});
    EXPECT_EQ(memory_ceiling(ceilings)->rate, 1.5e10);
    EXPECT_EQ(memory_ceiling(ceilings)->provenance, Provenance::measured);
    EXPECT_EQ(ceilings.compute.at(Precision::fp32).provenance, Provenance::specified);
}

TEST(Ceilings, OfReadingBoundCallsThatMostlyRead) {
    const auto device = synthetic::device();
    const auto ceilings =
        make_ceilings(device, {bandwidth("DRAM", "copy", 3e10), bandwidth("DRAM", "read", 2e10)});
    const auto seconds = [&](const char* call) {
        return make_features(operators::parse_call(call), {}, CacheState::cold, device, ceilings)
            .levels[0]
            .seconds;
    };
    EXPECT_DOUBLE_EQ(seconds("stream_read n=1000000 x=fp32"), 4e6 / 2e10);
    EXPECT_DOUBLE_EQ(seconds("stream_copy n=1000000 x=fp32"), 8e6 / 3e10);
    EXPECT_EQ(bandwidth_ceiling(ceilings, "L7", 1.0), nullptr);
}

TEST(Ceilings, OfASlowNarrowPrecisionAreThoseOfTheWiderOne) {
    auto device = synthetic::device();
    device.peak_flops[Precision::bf16] = 1e11;
    EXPECT_EQ(compute_ceiling(make_ceilings(device, {}), Precision::bf16)->precision, Precision::fp32);
    device.peak_flops[Precision::bf16] = 4e11;
    EXPECT_EQ(compute_ceiling(make_ceilings(device, {}), Precision::bf16)->precision, Precision::bf16);
}

TEST(Ceilings, AreThoseOfTheNextWiderPrecision) {
    const auto ceilings = make_ceilings(synthetic::device(), {});
    EXPECT_EQ(compute_ceiling(ceilings, Precision::bf16)->precision, Precision::fp32);
    EXPECT_EQ(compute_ceiling(ceilings, Precision::int4)->precision, Precision::int8);
    EXPECT_FALSE(compute_ceiling(ceilings, Precision::fp64).has_value());
    auto device = synthetic::device();
    device.peak_flops[Precision::bf16] = 9e11;
    EXPECT_EQ(compute_ceiling(make_ceilings(device, {}), Precision::fp16)->precision, Precision::fp32);
}

TEST(KernelTime, GrowsWithEveryDimension) {
    const auto parameters = synthetic::planted_parameters();
    const auto time = [&](int m, int n, int k) {
        return synthetic::planted_time("gemm m=" + std::to_string(m) + " n=" + std::to_string(n) +
                                           " k=" + std::to_string(k) + " a=fp32 w=fp32 c=fp32",
                                       parameters);
    };
    for (int size = 1; size < 4096; size *= 2) {
        EXPECT_LT(time(size, 512, 512), time(2 * size, 512, 512));
        EXPECT_LT(time(64, size, 512), time(64, 2 * size, 512));
        EXPECT_LT(time(64, 512, size), time(64, 512, 2 * size));
    }
}

TEST(KernelTime, LiesBetweenTheMaximumAndTheSumOfItsTerms) {
    CallFeatures features;
    features.latencies.add({"launch", 1});
    features.latencies.add({"step", 10});
    features.ceilings.add({"compute", 3e-3});
    features.ceilings.add({"DRAM", 2e-3});
    const auto time = [&](double launch_s, double step_s, double overlap) {
        return kernel_time(features, {.latencies = {{"launch", launch_s, 0}, {"step", step_s, 0}},
                                      .shares = {{"DRAM", 0.5, 0}},
                                      .overlap = overlap});
    };
    EXPECT_DOUBLE_EQ(time(0, 0, 1), 7e-3);
    EXPECT_DOUBLE_EQ(time(0, 0, 2), 5e-3);
    EXPECT_NEAR(time(1e-3, 1e-5, 100), 5.1e-3, 1e-9);
}

TEST(KernelTime, HidesALaunchBehindTheCallBefore) {
    CallFeatures features;
    features.latencies.add({"launch", 1});
    features.latencies.add({"step", 10});
    features.ceilings.add({"DRAM", 2e-3});
    const auto time = [&](double launch_s, double launch_overlap) {
        return kernel_time(features, {.latencies = {{"launch", launch_s, 0}, {"step", 1e-4, 0}},
                                      .shares = {{"DRAM", 1, 0}},
                                      .launch_overlap = launch_overlap});
    };
    EXPECT_DOUBLE_EQ(time(4e-3, 1), 7e-3) << "one after the other";
    EXPECT_DOUBLE_EQ(time(4e-3, 2), 5e-3);
    EXPECT_NEAR(time(4e-3, 100), 4e-3, 1e-9) << "the host is slower";
    EXPECT_NEAR(time(1e-3, 100), 3e-3, 1e-9) << "the device is slower";
}

}  // namespace
}  // namespace ridge::cost_model
