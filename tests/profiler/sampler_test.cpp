// SPDX-License-Identifier: Apache-2.0
#include "profiler/sampler.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/profiler/scripted_machine.hpp"

namespace ridge::profiler {
namespace {

using ::testing::DoubleNear;
using ::testing::Each;
using testing::ScriptedClock;

protocol::Budget budget() {
    protocol::Budget budget;
    budget.target = 0.01;
    budget.max_time_s = 1000;
    budget.min_samples = 7;
    budget.max_samples = 50;
    return budget;
}

// Runs of 0.1 s: two of them warm up, whatever they take.
TEST(Sampler, WarmUpStaysOutsideTheSamples) {
    ScriptedClock clock{{5.0, 4.0, 0.1}};
    const auto sampling = sample(clock.timer(), clock.cold_work(), budget());
    EXPECT_EQ(sampling.samples_s.size(), 7u);
    EXPECT_THAT(sampling.samples_s, Each(DoubleNear(0.1, 1e-9)));
    EXPECT_EQ(sampling.stop, Stop::interval);
    EXPECT_EQ(clock.runs, 9u);
}

TEST(Sampler, EachColdSampleIsOneRunAfterOneFlush) {
    ScriptedClock clock{{0.1}};
    const auto sampling = sample(clock.timer(), clock.cold_work(), budget());
    EXPECT_EQ(clock.colds, sampling.samples_s.size());
}

TEST(Sampler, SpreadSamplesGoOnToTheCount) {
    ScriptedClock clock;
    for (int i = 0; i < 200; ++i) clock.durations_s.push_back(i % 2 == 0 ? 0.1 : 0.2);
    const auto sampling = sample(clock.timer(), clock.cold_work(), budget());
    EXPECT_EQ(sampling.samples_s.size(), 50u);
    EXPECT_EQ(sampling.stop, Stop::count);
}

TEST(Sampler, TimeStopsBelowTheLeastCount) {
    ScriptedClock clock{{10.0}};
    auto limits = budget();
    limits.max_time_s = 25;
    const auto sampling = sample(clock.timer(), clock.cold_work(), limits);
    EXPECT_EQ(sampling.samples_s.size(), 3u);
    EXPECT_EQ(sampling.stop, Stop::budget);
}

TEST(Sampler, ShortWarmRunsAreBatchedToAThousandClockSteps) {
    ScriptedClock clock{{2e-8}};  // two steps of the clock
    const auto sampling = sample(clock.timer(), clock.warm_work(), budget());
    EXPECT_THAT(sampling.samples_s, Each(DoubleNear(2e-8, 1e-12)));
    EXPECT_EQ(sampling.samples_s.size(), 7u);
    EXPECT_GE(clock.runs, 7u * 500u);
}

TEST(Sampler, ALongRunWhileTheBatchIsChosenDoesNotMakeItSmall) {
    ScriptedClock clock{{1.0, 1.0, 1.0, 2e-8}};  // two warm-up runs and the first try
    const auto sampling = sample(clock.timer(), clock.warm_work(), budget());
    EXPECT_GE(clock.runs, 7u * 500u);
    EXPECT_THAT(sampling.samples_s, Each(DoubleNear(2e-8, 1e-12)));
}

TEST(Sampler, AKernelBeyondTheTimeBudgetRunsThreeTimes) {
    ScriptedClock clock{{10.0}};
    auto limits = budget();
    limits.max_time_s = 1;
    EXPECT_EQ(sample(clock.timer(), clock.warm_work(), limits).samples_s.size(), 1u);
    EXPECT_EQ(clock.runs, 3u);  // to warm up, to choose the batch, and the sample
}

TEST(Sampler, DisturbedSamplesAreRepeatedAndCounted) {
    ScriptedClock clock{{0.1}};
    clock.waits_s = {0,    0,      0,
                     0.05, 0.0019, 0.0021};  // after two warm-up runs: one heavy, one below 2 %, one above
    const auto sampling = sample(clock.timer(), clock.cold_work(), budget());
    EXPECT_EQ(sampling.discarded, 2);
    EXPECT_EQ(sampling.samples_s.size(), 7u);
    EXPECT_EQ(clock.runs, 2u + 7u + 2u);
}

TEST(Sampler, GivesUpWhenEverythingIsDisturbed) {
    ScriptedClock clock{{0.1}};
    clock.waits_s.assign(1000, 0.05);
    const auto sampling = sample(clock.timer(), clock.cold_work(), budget());
    EXPECT_TRUE(sampling.samples_s.empty());
    EXPECT_EQ(sampling.discarded, 21);
    EXPECT_THAT(sampling.reason, ::testing::HasSubstr("no undisturbed sample"));
}

TEST(Sampler, AClockThatStandsStillGivesNoSampleOfZero) {
    ScriptedClock clock{{0.0}};
    const auto cold = [&] {
        auto work = clock.cold_work();
        work.make_cold = [&] { clock.now_s += 0.001; };  // so that warming up ends
        return work;
    }();
    auto limits = budget();
    limits.max_time_s = 1e-9;
    const auto sampling = sample(clock.timer(), cold, limits);
    EXPECT_TRUE(sampling.samples_s.empty());
    EXPECT_FALSE(sampling.reason.empty());
}

TEST(Sampler, EnergyIsOfOneRunAndOnlyWhereEverySampleHasOne) {
    ScriptedClock clock{{0.1}};
    auto timer = clock.timer();
    timer.energy_j = [&]() -> std::optional<double> { return 50.0 * clock.now_s; };  // 50 W
    EXPECT_NEAR(sample(timer, clock.cold_work(), budget()).energy_j.value(), 5.0, 1e-6);
    int reads = 0;
    timer.energy_j = [&]() -> std::optional<double> {
        return ++reads == 5 ? std::nullopt : std::optional(1.0 * reads);
    };
    EXPECT_FALSE(sample(timer, clock.cold_work(), budget()).energy_j.has_value());
}

}  // namespace
}  // namespace ridge::profiler
