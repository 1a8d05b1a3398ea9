// SPDX-License-Identifier: Apache-2.0
// Steady state, fleets, sweeps and fronts.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <random>

#include "../core/message_of.hpp"
#include "cost_model/serving/fleet_plan.hpp"
#include "cost_model/serving/pareto.hpp"
#include "cost_model/serving/separate_pools.hpp"
#include "cost_model/serving/sweep.hpp"
#include "serving_support.hpp"

namespace ridge::cost_model::serving {
namespace {

// 10 ms, 0.1 ms a decoding sequence and 0.05 ms a prompt token, divided by the speed.
ReplicaModel linear_model(double speed = 1, double kv_tokens = 1e6) {
    return engine_of(
        [speed](const StepLoad& load) {
            return (0.010 + 1e-4 * load.decode_sequences + 5e-5 * load.prefill_tokens) / speed;
        },
        kv_tokens);
}

TEST(SteadyState, FollowsFromItsSteps) {
    // 100 sequences, 101 tokens: a prompt of 100 tokens comes with every step, which takes 10 + 10 + 5 ms.
    const auto state = steady_state(linear_model(), {}, {100, 101}, 100);
    EXPECT_NEAR(state.lump_share, 1, 1e-12);
    EXPECT_NEAR(state.step_s, 0.025, 1e-12);
    EXPECT_NEAR(state.requests_per_s, 40, 1e-9);
    EXPECT_NEAR(state.output_tokens_per_s, 4040, 1e-6);
    EXPECT_NEAR(state.watts, 100, 1e-9);
    // Half as many: every other step.
    EXPECT_NEAR(steady_state(linear_model(), {}, {100, 101}, 50).step_s, 0.015 + 0.5 * 0.005, 1e-12);
}

TEST(SteadyState, PromptsShareAStepAndSetThePaceWhereTheyFillIt) {
    // 200 sequences, 100 steps each: two prompts of 100 tokens a step of 10 + 20 + 10 ms.
    EXPECT_NEAR(steady_state(linear_model(), {}, {100, 101}, 200).step_s, 0.040, 1e-12);
    // 19800 tokens of prompt for one step: with 19950 tokens a step no more than 1.0076 requests each.
    Policy policy;
    policy.token_budget = 20'000;
    const auto state = steady_state(linear_model(), policy, {19800, 2}, 50);
    EXPECT_NEAR(state.requests_per_s, 19950 / 19800.0 / (0.010 + 0.005 + 0.9975), 1e-9);
}

TEST(SteadyState, HoldsNoMoreThanTheCacheAndThePolicy) {
    EXPECT_EQ(most_sequences(linear_model(1, 1000), {}, {80, 40}), 10);
    EXPECT_EQ(most_sequences(linear_model(1, 1e9), {}, {80, 40}), 256);
    const auto fastest = fastest_within(linear_model(), {}, {100, 101}, 0.020);
    EXPECT_NEAR(fastest.sequences, 66, 1e-9);  // 10 + 0.1 n + 5 n / 100 <= 20 ms
    EXPECT_LE(fastest.step_s, 0.020);
    EXPECT_GT(steady_state(linear_model(), {}, {100, 101}, 67).step_s, 0.020);
}

TEST(SteadyState, IsWhatASimulationOfMuchTrafficShows) {
    for (const auto batching : {Batching::chunked, Batching::prefill_first}) {
        auto service = service_of(linear_model());
        service.policy.max_sequences = 40;
        service.policy.batching = batching;
        Traffic traffic;
        traffic.prompt_tokens = Lengths::fixed(400), traffic.output_tokens = Lengths::uniform(101, 299);
        traffic.arrivals = parse_arrivals("closed:40");
        const auto requests = make_requests(traffic, 3000, 1);
        const auto summary = summarise(simulate(service, requests), service, requests, {});
        const auto state = steady_state(service.model, service.policy, {400, 200}, 40);
        EXPECT_NEAR(summary.output_tokens_per_s, state.output_tokens_per_s, 0.06 * state.output_tokens_per_s);
        EXPECT_NEAR(summary.tpot_s.mean, state.step_s, 0.06 * state.step_s);
    }
}

FleetCandidate candidate(const char* device, double speed, double usd_per_hour, double kv_tokens = 1e6) {
    FleetCandidate out{device, "tp1", linear_model(speed, kv_tokens), {}, usd_per_hour};
    return out;
}

FleetTarget target_of(double per_second, double tpot_s) {
    FleetTarget target;
    target.requests_per_s = per_second;
    target.traffic.prompt_tokens = Lengths::uniform(50, 150);
    target.traffic.output_tokens = Lengths::uniform(50, 150);
    target.slo.tpot_s = tpot_s;
    target.slo.ttft_s = 1;
    return target;
}

TEST(FleetPlan, TakesTheCheapestAndSaysWhyTheNextIsDearer) {
    const std::vector<FleetCandidate> candidates = {candidate("slow", 1, 1.0), candidate("fast", 2, 1.5),
                                                    candidate("dear", 2, 10.0)};
    const auto target = target_of(1000, 0.030);
    const auto plan = plan_fleet(target, candidates, {.requests = 1500});
    ASSERT_GE(plan.options.size(), 2U);
    const auto& best = plan.options[0];
    EXPECT_EQ(candidates[best.candidate].device, "fast");
    EXPECT_EQ(candidates[plan.options[1].candidate].device, "slow");
    EXPECT_EQ(plan.options.size() + plan.pruned, 3U);
    // The replicas bear the load, one fewer would not, and the percentiles are those asked for.
    const double needed = 1000 / best.replica_requests_per_s;
    EXPECT_EQ(best.replicas, static_cast<std::int64_t>(std::ceil(needed)));
    EXPECT_LE(best.summary.tpot_s.p95, 0.030);
    EXPECT_NEAR(best.usd_per_hour, 1.5 * static_cast<double>(best.replicas), 1e-9);
    EXPECT_NEAR(best.usd_per_million_output, best.usd_per_hour / 3600 / (1000 * 100) * 1e6,
                0.01 * best.usd_per_million_output);
    EXPECT_NE(why_dearer(candidates, best, plan.options[1]).find("more than"), std::string::npos);
}

PrefillPool pool_of(double speed, double bytes_per_s, std::int64_t replicas = 1) {
    return {linear_model(speed), replicas, bytes_per_s, 0};
}

TEST(SeparatePools, AreAsFastAsTheSlowerOfThem) {
    auto service = service_of(linear_model());
    service.prefill = pool_of(1, 1e12);
    // Eight prompts of 1000 tokens in a step of 10 + 400 ms; alone they would take 60 ms each.
    EXPECT_NEAR(prompts_per_s(*service.prefill, {}, {1000, 101}), 8 / 0.410, 1e-9);
    // A prompt beyond the budget: 20 + 800 ms.
    EXPECT_NEAR(prompts_per_s(*service.prefill, {}, {16384, 101}), 1 / (0.020 + 0.8192), 1e-9);
    // A thousand bytes a token: 1 MB at 10 MB/s.
    EXPECT_NEAR(prompts_per_s(pool_of(1, 1e7), {}, {1000, 101}), 10, 1e-9);
    // 100 sequences decode in 20 ms, 100 steps each: 50 requests/s, and prompts set the pace.
    auto state = fastest_apart(service, {1000, 101}, 0.020);
    EXPECT_NEAR(state.sequences, 100, 1e-9);
    EXPECT_NEAR(state.requests_per_s, 8 / 0.410, 1e-9);
    service.prefill->replicas = 4;
    EXPECT_NEAR(fastest_apart(service, {1000, 101}, 0.020).requests_per_s, 50, 1e-9);
    // 50 over 19.5: two or three for each.
    const auto sizes = pool_sizes(service, {1000, 101}, 0.020);
    EXPECT_EQ(sizes[0], (PoolSizes{2, 1}));
    EXPECT_EQ(sizes[1], (PoolSizes{3, 1}));
}

TEST(FleetPlan, TakesPrefillPoolsWhereChunksWouldMissTheTpot) {
    // A step of a whole prompt takes 60 ms and more, which the 95th percentile of TPOT does not bear.
    auto target = target_of(200, 0.020);
    target.traffic.prompt_tokens = Lengths::fixed(1000);
    target.traffic.output_tokens = Lengths::uniform(80, 120);
    auto apart = candidate("apart", 1, 4.0);
    apart.parallelism = "prefill 3 x tp1, decode 1 x tp1";
    apart.prefill = pool_of(1, 1e12, 3);
    const std::vector<FleetCandidate> candidates = {candidate("one", 1, 1.0), apart};
    const auto plan = plan_fleet(target, candidates, {.requests = 1000});
    ASSERT_EQ(plan.options.size(), 2U);
    const auto of_pools = std::ranges::find(plan.options, 1U, &FleetOption::candidate);
    EXPECT_NEAR(of_pools->usd_per_hour, 4.0 * static_cast<double>(of_pools->replicas), 1e-9);
    EXPECT_LE(of_pools->summary.tpot_s.p95, 0.020);
    EXPECT_LE(of_pools->replica_requests_per_s, 3 * 8 / 0.410);
    // Steps of decoding alone: as many sequences as the limit allows, near their 50 requests/s.
    EXPECT_GT(of_pools->replica_requests_per_s, 30);
    const auto mixed = std::ranges::find(plan.options, 0U, &FleetOption::candidate);
    EXPECT_LT(mixed->replica_requests_per_s, 10);
    EXPECT_EQ(plan.options[0].candidate, 1U);
}

TEST(FleetPlan, OfABillionUsersIsAsManyReplicasAsItTakes) {
    const std::vector<FleetCandidate> candidates = {candidate("one", 1, 1.0)};
    const double load = 1e9 * 10 / 86400;
    const auto plan = plan_fleet(target_of(load, 0.050), candidates, {.requests = 1000});
    EXPECT_GE(static_cast<double>(plan.options[0].replicas) * plan.options[0].replica_requests_per_s, load);
    EXPECT_GT(plan.options[0].replicas, 100);
}

TEST(FleetPlan, SaysWhatComesClosestWhenNothingMeetsTheLimits) {
    const std::vector<FleetCandidate> candidates = {candidate("slow", 1, 1.0), candidate("fast", 2, 9.0),
                                                    candidate("small", 9, 1.0, 100)};
    const auto message =
        message_of([&] { (void)plan_fleet(target_of(10, 0.001), candidates, {.requests = 200}); });
    EXPECT_NE(message.find("closest: fast tp1 has a TPOT of 5"), std::string::npos) << message;
    EXPECT_NE(message.find("1.00 ms"), std::string::npos) << message;
}

TEST(FleetPlan, RefusesWhatMakesNoSense) {
    const std::vector<FleetCandidate> candidates = {candidate("one", 1, 1.0)};
    const auto refused = [&](const std::function<void(FleetTarget&)>& spoil, const char* said) {
        auto target = target_of(10, 0.1);
        spoil(target);
        const auto message = message_of([&] { (void)plan_fleet(target, candidates); });
        EXPECT_NE(message.find(said), std::string::npos) << message;
    };
    refused([](FleetTarget& t) { t.requests_per_s = 0; }, "load is 0");
    refused([](FleetTarget& t) { t.requests_per_s = -3; }, "load is -3");
    refused([](FleetTarget& t) { t.requests_per_s = std::nan(""); }, "load");
    refused([](FleetTarget& t) { t.slo = {}; }, "no limit");
    refused([](FleetTarget& t) { t.slo.tpot_s = 0; }, "TPOT is 0");
    refused([](FleetTarget& t) { t.percentile = 42; }, "42");
    refused([](FleetTarget& t) { t.traffic.trace = "x"; }, "trace");
    EXPECT_NE(message_of([&] { (void)plan_fleet(target_of(1, 1), {}); }).find("no candidate"),
              std::string::npos);
    EXPECT_NE(
        message_of([&] { (void)plan_fleet(target_of(1, 1), {candidate("x", 1, 0)}); }).find("x: the price"),
        std::string::npos);
}

TEST(Pareto, HasWhatNoOtherBeats) {
    const double nan = std::nan("");
    EXPECT_EQ(pareto_front({{1, 5}, {2, 4}, {2, 3}, {3, 1}, {0, 5}, {3, 1}, {nan, 9}}),
              (std::vector<std::size_t>{3, 1, 0}));
    EXPECT_TRUE(pareto_front({}).empty());
}

TEST(Pareto, IsThatOfComparingAllWithAll) {
    std::mt19937_64 random(3);
    std::vector<Merits> points(300);
    for (auto& point : points)
        point = {static_cast<double>(random() % 40), static_cast<double>(random() % 40)};
    const auto front = pareto_front(points);
    const auto beats = [](const Merits& a, const Merits& b) {
        return a.first >= b.first && a.second >= b.second && (a.first > b.first || a.second > b.second);
    };
    for (std::size_t i = 0; i < points.size(); ++i) {
        const bool beaten =
            std::ranges::any_of(points, [&](const Merits& other) { return beats(other, points[i]); });
        const bool in_front = std::ranges::any_of(front, [&](std::size_t j) {
            return points[j].first == points[i].first && points[j].second == points[i].second;
        });
        EXPECT_EQ(in_front, !beaten) << i;
    }
}

SweepGrid small_grid(std::atomic<int>& made) {
    SweepGrid grid;
    grid.setups = 5;
    grid.make = [&made](std::size_t i) {
        ++made;
        SweepSetup setup;
        if (i == 4) return setup.reason = "no such thing", setup;
        setup.model = linear_model(1 + static_cast<double>(i), 2500);
        setup.usd_per_hour = 2.0;
        return setup;
    };
    for (const std::int64_t batch : {1, 10, 100}) grid.loads.push_back({batch, {100, 101}});
    grid.usd_per_hour = {std::nullopt, 4.0};
    return grid;
}

TEST(Sweep, IsTheSameOnAnyNumberOfThreadsAndMakesEachSetupOnce) {
    std::atomic<int> made = 0;
    const auto grid = small_grid(made);
    const auto one = sweep(grid, 1);
    EXPECT_EQ(made, 5);
    const auto four = sweep(grid, 4);
    ASSERT_EQ(one.cells.size(), 30U);
    for (std::size_t i = 0; i < 30; ++i)
        EXPECT_EQ(one.cells[i].usd_per_million, four.cells[i].usd_per_million);
}

TEST(Sweep, CellsFollowTheSteadyState) {
    std::atomic<int> made = 0;
    const auto result = sweep(small_grid(made), 2);
    // The second setup, a batch of 10, the price of 4: steps of (10 + 1 + 0.1 · 5) / 2 ms.
    const auto& cell = result.cells[1 * 6 + 1 * 2 + 1];
    EXPECT_TRUE(cell.fits);
    EXPECT_NEAR(cell.tokens_per_s_user, 2 / 0.0115, 1e-9);
    EXPECT_NEAR(cell.tokens_per_s_device, 10 * 1.01 * 2 / 0.0115, 1e-6);
    EXPECT_NEAR(cell.usd_per_million, 4.0 / 3600 / cell.tokens_per_s_device * 1e6, 1e-9);
    EXPECT_NEAR(result.cells[1 * 6 + 1 * 2].usd_per_million, 0.5 * cell.usd_per_million, 1e-9);
    EXPECT_FALSE(result.cells[1 * 6 + 2 * 2].fits);  // 100 · 201 positions in 2500
    EXPECT_TRUE(result.cells[1 * 6 + 2 * 2].ok);
    EXPECT_FALSE(result.cells[4 * 6].ok);
    EXPECT_EQ(result.reasons[4], "no such thing");
}

TEST(Sweep, EndsWhenItIsToldAndPassesOnWhatIsThrown) {
    std::atomic<int> made = 0;
    auto grid = small_grid(made);
    EXPECT_FALSE(sweep(grid, 1, [](std::size_t, std::size_t) { return false; }).complete);
    EXPECT_EQ(made, 1);
    grid.make = [](std::size_t) -> SweepSetup { throw InputError("broken"); };
    EXPECT_EQ(message_of([&] { (void)sweep(grid, 3); }), "broken");
    grid.loads.clear();
    EXPECT_NE(message_of([&] { (void)sweep(grid, 1); }).find("axis"), std::string::npos);
}

}  // namespace
}  // namespace ridge::cost_model::serving
