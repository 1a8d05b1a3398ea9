// SPDX-License-Identifier: Apache-2.0
#include "profiler/roofs/roofs.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <vector>

#include "core/error.hpp"
#include "profiler/cache_flush.hpp"
#include "profiler/host_timer.hpp"
#include "profiler/memory_probe.hpp"
#include "profiler/roofs/bandwidth.hpp"
#include "profiler/roofs/compute.hpp"
#include "profiler/roofs/repeats.hpp"

namespace ridge::profiler {
namespace {

constexpr double KiB = 1024, MiB = 1024 * KiB;

Device two_cores() {
    Device device;
    device.kind = "cpu";
    device.units = 2;
    device.caches = {{"L1", 48 * KiB, 1}, {"L2", 2 * MiB, 1}, {"L3", 260 * MiB, 2}};
    return device;
}

TEST(Roofs, WorkingSets) {
    const auto device = two_cores();
    EXPECT_EQ(working_set_bytes(device, 0), 48 * KiB);
    EXPECT_EQ(working_set_bytes(device, 1), 2 * MiB);
    EXPECT_EQ(working_set_bytes(device, 2), 16 * MiB);
    EXPECT_EQ(memory_working_set_bytes(device, 1e12), 1040 * MiB);
    EXPECT_EQ(memory_working_set_bytes(device, 1000 * MiB), 250 * MiB);
    EXPECT_EQ(memory_working_set_bytes(Device(), 1e12), 256 * MiB);
}

TEST(Roofs, ProbesCoverEveryLevelAndMix) {
    const auto probes = roof_probes(two_cores(), 1e12);
    for (const std::string level : {"L1", "L2", "L3", "DRAM"})
        EXPECT_EQ(std::ranges::count(probes, level, &RoofProbe::level), 3) << level;
    EXPECT_EQ(std::ranges::count(probes, RoofProbe::Kind::compute, &RoofProbe::kind),
              static_cast<std::ptrdiff_t>(compute_mixes().size()));
}

TEST(Roofs, OneDisturbedTryDoesNotPassForASample) {
    int tries = 0;
    const auto seconds_of = [&](std::int64_t repeats) {
        return ++tries == 1 ? 1.0 : 1e-6 * static_cast<double>(repeats);
    };
    EXPECT_EQ(repeats_for_a_sample(seconds_of), 2048);  // 2.048 ms
}

TEST(Roofs, EveryMixCountsItsWork) {
    for (const auto& mix : compute_mixes()) {
        const double one = mix.run(100), two = mix.run(200);
        EXPECT_GT(one, 0) << mix.name;
        EXPECT_DOUBLE_EQ(two, 2 * one) << mix.name;
    }
}

double seconds_of(const ComputeMix& mix, std::int64_t iterations) {
    const auto timer = host_timer();
    const double start_s = timer.now_s();
    mix.run(iterations);
    return timer.now_s() - start_s;
}

// A loop that the compiler left out, or cut short, would take the same time for any count. Other work on the
// machine only adds to a time, so the shortest of ever more runs come near the true ones.
TEST(Roofs, EveryMixDoesTheWorkThatItCounts) {
    for (const auto& mix : compute_mixes()) {
        double few_s = std::numeric_limits<double>::infinity(), many_s = few_s;
        for (int i = 0; i < 200 && (i < 5 || many_s <= 3 * few_s); ++i) {
            few_s = std::min(few_s, seconds_of(mix, 100'000));
            many_s = std::min(many_s, seconds_of(mix, 4'000'000));
        }
        EXPECT_GT(many_s, 3 * few_s) << mix.name;
    }
}

TEST(Roofs, BandwidthCountsEveryArrayOnce) {
    constexpr std::int64_t bytes = 48 * 1024;
    EXPECT_EQ(BandwidthProbe(operators::stream::Pattern::read, Precision::fp32, bytes).run(1), bytes);
    EXPECT_EQ(BandwidthProbe(operators::stream::Pattern::copy, Precision::fp64, bytes).run(2), 2 * bytes);
    EXPECT_EQ(BandwidthProbe(operators::stream::Pattern::triad, Precision::fp32, bytes).run(3), 3 * bytes);
}

protocol::RoofRequest request_for(const RoofProbe& probe) {
    protocol::RoofRequest request{.id = 1, .probe = probe, .budget = {}};
    request.budget.max_time_s = 0.05;
    return request;
}

TEST(Roofs, AMeasurementGivesPositiveRates) {
    const auto fma = measure_roof(request_for({.mix = "fma", .level = ""}), host_timer(), 1 << 30);
    const auto read = measure_roof(request_for({.kind = RoofProbe::Kind::bandwidth,
                                                .mix = "read",
                                                .level = "L1",
                                                .working_set_bytes = 32 * 1024}),
                                   host_timer(), 1 << 30);
    for (const auto& answer : {fma, read}) {
        if (answer.status == Status::failed) continue;  // a machine too busy to measure says so
        EXPECT_EQ(answer.status, Status::ok) << answer.reason;
        EXPECT_TRUE(std::ranges::all_of(answer.rates, [](double rate) { return rate > 1e6 && rate < 1e16; }));
    }
}

TEST(Roofs, ProbesThatAreNotThereAreRefused) {
    const auto refused = [](const RoofProbe& probe) {
        EXPECT_THROW(static_cast<void>(measure_roof(request_for(probe), host_timer(), 1 << 30)), InputError)
            << probe.text();
    };
    refused({.mix = "sqrt", .level = ""});
    refused({.mix = "fma", .level = "", .scope = "rack"});
    refused({.kind = RoofProbe::Kind::bandwidth, .mix = "scatter", .level = "L1", .working_set_bytes = 1024});
    refused({.kind = RoofProbe::Kind::bandwidth,
             .mix = "read",
             .level = "DRAM",
             .working_set_bytes = std::int64_t{1} << 40});
    refused({.kind = RoofProbe::Kind::bandwidth, .mix = "triad", .level = "L1", .working_set_bytes = 8});
}

TEST(CacheFlush, LeavesTheValuesAsTheyAre) {
    const auto flush = find_cache_flush(4 * MiB);
    EXPECT_FALSE(flush.method.empty());
    std::vector<int> values(100'001);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<int>(i);
    const operators::MemoryRegion regions[] = {{values.data() + 1, (values.size() - 1) * sizeof(int)},
                                               {nullptr, 0}};
    flush.flush(regions);
    for (std::size_t i = 0; i < values.size(); ++i) ASSERT_EQ(values[i], static_cast<int>(i));
}

TEST(MemoryProbe, ReadsAtWhatMemoriesReachAllAroundItsBuffer) {
    MemoryProbe probe(1 * MiB, std::nullopt);
    for (int part = 0; part < 10; ++part) {
        const auto rate = probe.read();
        ASSERT_TRUE(rate);
        EXPECT_GT(*rate, 1e8);
        EXPECT_LT(*rate, 1e13);
    }
}

// A rate of the cache, or a program that is ended for its memory, is worse than none.
TEST(MemoryProbe, HasNoRateWhereMemoryIsTooSmallForIt) {
    constexpr auto mebibyte = std::int64_t{1} << 20;
    EXPECT_FALSE(MemoryProbe(32 * MiB, 128 * mebibyte).read()) << "16 MiB, which the cache holds";
    EXPECT_FALSE(MemoryProbe(0, 32 * mebibyte).read()) << "no part";
    EXPECT_TRUE(MemoryProbe(8 * MiB, 128 * mebibyte).read()) << "twice the cache";
}

TEST(HostTimer, MovesForwardAndKnowsItsClock) {
    const auto timer = host_timer();
    const double before = timer.now_s();
    EXPECT_GE(timer.now_s(), before);
    EXPECT_GT(timer.resolution_s, 0);
    if (const auto hz = measure_clock_hz()) {
        EXPECT_GT(*hz, 1e7);
        EXPECT_LT(*hz, 2e10);
    }
}

}  // namespace
}  // namespace ridge::profiler
