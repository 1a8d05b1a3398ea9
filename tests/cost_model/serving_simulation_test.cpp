// SPDX-License-Identifier: Apache-2.0
// Small cases that can be worked out by hand.
#include <gtest/gtest.h>

#include "../core/message_of.hpp"
#include "cost_model/serving/summary.hpp"
#include "cost_model/serving/traffic.hpp"
#include "serving_support.hpp"

namespace ridge::cost_model::serving {
namespace {

std::vector<double> firsts(const SimulationRun& run) {
    std::vector<double> out;
    for (const auto& sequence : run.sequences) out.push_back(sequence.first_token_s);
    return out;
}

std::vector<double> ends(const SimulationRun& run) {
    std::vector<double> out;
    for (const auto& sequence : run.sequences) out.push_back(sequence.done_s);
    return out;
}

using Times = std::vector<double>;

TEST(Simulation, OfOneRequestIsAPrefillAndADecodeStepForEachFurtherToken) {
    const auto run = run_all(service_of(second_engine()), requests_at({3}, 100, 5));
    EXPECT_EQ(firsts(run), Times{4});
    EXPECT_EQ(ends(run), Times{8});
}

TEST(Simulation, OfOneTokenEndsWithThePrefill) {
    EXPECT_EQ(ends(run_all(service_of(second_engine()), requests_at({0}, 10, 1))), Times{1});
}

// The second prompt comes in the midst of the third step and joins with the fourth.
TEST(Simulation, ArrivalsJoinAtTheNextStep) {
    const auto run = run_all(service_of(second_engine()), requests_at({0, 2.5}, 10, 6));
    EXPECT_EQ(firsts(run), (Times{1, 4}));
    EXPECT_EQ(ends(run), (Times{6, 9}));
}

// As above, but the step with the prompt does not decode.
TEST(Simulation, WholePromptsStopDecoding) {
    auto service = service_of(second_engine());
    service.policy.batching = Batching::prefill_first;
    const auto run = run_all(service, requests_at({0, 2.5}, 10, 6));
    EXPECT_EQ(firsts(run), (Times{1, 4}));
    EXPECT_EQ(ends(run), (Times{7, 9}));
}

TEST(Simulation, FixedBatchesWaitForEachOther) {
    auto service = service_of(second_engine());
    service.policy.batching = Batching::fixed;
    const auto run = run_all(service, requests_at({0, 0, 2.5, 3}, 10, 6));
    EXPECT_EQ(firsts(run), (Times{1, 1, 7, 7}));
    EXPECT_EQ(ends(run), (Times{6, 6, 12, 12}));
}

// 25 tokens in budgets of 10: three steps. The second prompt gets what is left of the third.
TEST(Simulation, PromptsAreCutIntoTheBudget) {
    auto service = service_of(second_engine());
    service.policy.token_budget = 10;
    const auto run = run_all(service, requests_at({0, 0}, 25, 2));
    EXPECT_EQ(firsts(run), (Times{3, 6}));  // 10, 10, 5+5, 9+1 decoding, 10, 1
    EXPECT_EQ(ends(run), (Times{4, 7}));
}

TEST(Simulation, ThePromptsOfAStepAttendToWhatWasComputedBefore) {
    std::vector<StepLoad> loads;
    auto service = service_of(engine_of([&](const StepLoad& load) { return loads.push_back(load), 1.0; }));
    service.policy.token_budget = 10;
    (void)run_all(service, requests_at({0}, 25, 2));
    ASSERT_EQ(loads.size(), 4U);
    EXPECT_EQ(loads[0].prefill_context, 5.5);
    EXPECT_EQ(loads[1].prefill_context, 15.5);
    EXPECT_EQ(loads[2].prefill_tokens, 5);
    EXPECT_EQ(loads[2].prefill_context, 23);
    EXPECT_EQ(loads[3].decode_sequences, 1);
    EXPECT_EQ(loads[3].decode_context, 26);
}

TEST(Simulation, NoMoreRunThanMay) {
    auto service = service_of(second_engine());
    service.policy.max_sequences = 2;
    const auto run = run_all(service, requests_at({0, 0, 0}, 10, 3));
    EXPECT_EQ(ends(run), (Times{3, 3, 6}));
}

// Four pages of 16: two prompts of 16 and their first token take all of them. After 16 more tokens there is
// no page for either; the one that came last goes, and is computed again, with its 17 tokens, when the other
// one is done.
TEST(Simulation, TheLastOneAdmittedMakesRoom) {
    auto service = service_of(second_engine(64));
    service.policy.watermark = 0;
    const auto run = run_all(service, requests_at({0, 0}, 16, 20));
    EXPECT_EQ(run.counts.preemptions, 1);
    EXPECT_EQ(firsts(run), (Times{1, 1}));
    EXPECT_EQ(run.sequences[0].done_s, 20);
    // 17 tokens until second 17; 33 positions again in the step that ends at 21, with the 18th; 19th and
    // 20th.
    EXPECT_EQ(run.sequences[1].done_s, 23);
    EXPECT_EQ(run.tally.output_tokens, 40);
}

TEST(Simulation, SwappingMovesTheKvToTheHostAndBack) {
    auto service = service_of(second_engine(64));
    service.policy.watermark = 0;
    service.policy.preemption = Preemption::swap;
    service.policy.swap_bytes_per_s = 64e3;  // 32 positions of 1000 bytes: half a second
    const auto run = run_all(service, requests_at({0, 0}, 16, 20));
    EXPECT_EQ(run.counts.preemptions, 1);
    EXPECT_EQ(run.sequences[0].done_s, 20.5);
    EXPECT_EQ(run.sequences[1].done_s, 24);  // half a second back, and its tokens 18 to 20
}

TEST(Simulation, WhatNeverFitsIsRefusedAndCounted) {
    auto requests = requests_at({0, 1, 2}, 16, 4);
    requests.all[1].prompt_tokens = 100;
    const auto run = run_all(service_of(second_engine(64)), requests);
    EXPECT_EQ(run.refused, 1U);
    EXPECT_LT(run.sequences[1].done_s, 0);
    EXPECT_EQ(run.sequences[0].done_s, 4);
}

TEST(Simulation, WhatIsBeyondTheModelsPositionsIsRefused) {
    auto service = service_of(second_engine());
    service.model.most_positions = 20;
    auto requests = requests_at({0, 1}, 16, 4);
    requests.all[1].output_tokens = 5;
    const auto run = run_all(service, requests);
    EXPECT_EQ(run.refused, 1U);
    EXPECT_EQ(run.sequences[0].done_s, 4);
}

TEST(Simulation, ClosedLoopUsersAskAgainWhenAnswered) {
    auto requests = requests_at({0, 0, 0, 0, 0}, 10, 2);
    requests.arrivals = parse_arrivals("closed:2");
    const auto run = run_all(service_of(second_engine()), requests);
    EXPECT_EQ(ends(run), (Times{2, 2, 4, 4, 6}));
    EXPECT_EQ(run.sequences[4].arrival_s, 4);
}

TEST(Simulation, AClosedLoopOfNothingButRefusedRequestsEnds) {
    auto requests = requests_at(std::vector<double>(200000, 0.0), 1000, 2);
    requests.arrivals = parse_arrivals("closed:2");
    EXPECT_EQ(run_all(service_of(second_engine(64)), requests).refused, 200000U);
}

TEST(Simulation, RoundRobinTakesTurnsAndLeastLoadedLooks) {
    auto service = service_of(second_engine());
    service.replicas = 2;
    service.policy.max_sequences = 1;
    auto requests = requests_at({0, 0.1, 0.2, 0.3}, 10, 1);
    requests.all[0].output_tokens = 100;
    EXPECT_EQ(ends(run_all(service, requests)), (Times{100, 1.1, 101, 2.1}));
    service.policy.routing = Routing::least_loaded;
    const auto run = run_all(service, requests);
    EXPECT_EQ(run.sequences[1].done_s, 1.1);
    EXPECT_EQ(run.sequences[2].done_s, 101);  // one each when it comes: the first of equals
    EXPECT_EQ(run.sequences[3].done_s, 2.1);
}

// Prompts on one pool; 100 positions of 1000 bytes over 200 kB/s and a quarter of a second; decoding
// elsewhere.
TEST(Simulation, PoolsHandTheirKvOver) {
    auto service = service_of(second_engine());
    service.prefill = PrefillPool{second_engine(), 1, 200e3, 0.25};
    service.policy.max_sequences = 1;
    const auto run = run_all(service, requests_at({0, 0}, 100, 3));
    EXPECT_EQ(firsts(run)[0], 1);
    EXPECT_EQ(ends(run)[0], 1 + 0.75 + 2);
    // A slot is free when the KV has left: the second prompt is computed from 1.75 on.
    EXPECT_EQ(firsts(run)[1], 2.75);
    // Its KV is there at 3.5, and the slot to decode it at 3.75.
    EXPECT_EQ(ends(run)[1], 3.75 + 2);
    EXPECT_EQ(run.transfer_s, 1);
}

TEST(Simulation, TransfersQueueUpBehindEachOther) {
    auto service = service_of(second_engine());
    service.prefill = PrefillPool{second_engine(), 1, 200e3, 0};
    const auto run = run_all(service, requests_at({0, 0}, 100, 2));
    EXPECT_EQ(firsts(run), (Times{1, 1}));
    EXPECT_EQ(ends(run), (Times{2.5, 3.5}));  // there at 1.5 and, while the first decodes until 2.5, at 2
}

TEST(Simulation, IsTheSameEachTime) {
    Traffic traffic;
    traffic.prompt_tokens = Lengths::uniform(1, 2000);
    traffic.output_tokens = Lengths::uniform(1, 300);
    traffic.arrivals.per_second = 20;
    auto service = service_of(engine_of([](const StepLoad& load) {
        return 0.01 + 1e-5 * load.prefill_tokens + 1e-8 * load.decode_sequences * load.decode_context;
    }));
    service.replicas = 3;
    service.policy.routing = Routing::least_loaded;
    const auto requests = make_requests(traffic, 2000, 11);
    EXPECT_EQ(ends(run_all(service, requests)), ends(run_all(service, requests)));
}

TEST(Simulation, EndsWhenItIsTold) {
    auto requests = requests_at(std::vector<double>(20000, 0.0), 10, 2);
    const auto run = simulate(service_of(second_engine()), requests,
                              {.warm_up = 0, .progress = [](std::size_t) { return false; }});
    EXPECT_GT(run.unfinished, 10000U);
}

TEST(Summary, OfAHandWorkedRun) {
    auto service = service_of(second_engine());
    service.model.idle_w = 10;
    const auto requests = requests_at({0, 2.5, 10}, 10, 6);
    const auto run = run_all(service, requests);
    const auto summary = summarise(run, service, requests, {.ttft_s = 1.2, .tpot_s = {}, .request_s = {}});
    EXPECT_EQ(summary.counted, 3U);
    EXPECT_NEAR(summary.ttft_s.mean, (1 + 1.5 + 1) / 3, 1e-12);
    EXPECT_NEAR(summary.ttft_s.p50, 1, 1e-12);
    EXPECT_NEAR(summary.tpot_s.p99, 1, 1e-12);
    EXPECT_NEAR(summary.request_s.p50, 6, 1e-12);
    EXPECT_NEAR(summary.slo_share, 2.0 / 3, 1e-12);
    EXPECT_NEAR(summary.goodput_per_s, 2.0 / 16, 1e-12);
    // The window ends with the last arrival, at 10: 9 busy seconds, 12 tokens.
    EXPECT_NEAR(summary.utilisation, 0.9, 1e-12);
    EXPECT_NEAR(summary.output_tokens_per_s, 1.2, 1e-12);
    EXPECT_NEAR(summary.watts, (9 * 100 + 10) / 10.0, 1e-9);
    EXPECT_NEAR(summary.joules_per_token, 910.0 / 12, 1e-9);
    EXPECT_NEAR(summary.tokens_per_s_user, 1, 1e-12);
}

TEST(Service, ThatMakesNoSenseIsRefused) {
    const auto refused = [](const std::function<void(Service&)>& spoil, const char* said) {
        auto service = service_of(second_engine());
        spoil(service);
        const auto message = message_of([&] { (void)run_all(service, requests_at({0}, 1, 1)); });
        EXPECT_NE(message.find(said), std::string::npos) << message;
    };
    refused([](Service& s) { s.replicas = 0; }, "replicas is 0");
    refused([](Service& s) { s.policy.max_sequences = 0; }, "max-sequences is 0");
    refused([](Service& s) { s.policy.token_budget = -1; }, "token-budget is -1");
    refused([](Service& s) { s.policy.page = 0; }, "page is 0");
    refused([](Service& s) { s.policy.watermark = 1; }, "watermark is 1");
    refused([](Service& s) { s.policy.swap_bytes_per_s = 0; }, "swap bandwidth is 0");
    refused([](Service& s) { s.policy.tiers = {{"dram", -1, 1}}; }, "dram");
    refused([](Service& s) { s.model.kv_capacity_tokens = 0; }, "no room");
    refused([](Service& s) { s.prefill = PrefillPool{second_engine(), 1, 0, 0}; }, "bandwidth");
    refused([](Service& s) { s.prefill = PrefillPool{second_engine(), 0, 1, 0}; }, "prefill replicas is 0");
    EXPECT_THROW(check(Slo{.ttft_s = 0, .tpot_s = {}, .request_s = {}}), InputError);
    EXPECT_THROW(check(Slo{.ttft_s = {}, .tpot_s = -1, .request_s = {}}), InputError);
    for (const auto* tier :
         {"dram", "dram=1", "=1@1", "dram=0@1", "dram=1@0", "dram=1@-1", "dram=x@1", "a@1=2"})
        EXPECT_THROW((void)parse_tier(tier), InputError) << tier;
    EXPECT_EQ(parse_tier("dram=1e12@50e9").bytes_per_s, 50e9);
}

}  // namespace
}  // namespace ridge::cost_model::serving
