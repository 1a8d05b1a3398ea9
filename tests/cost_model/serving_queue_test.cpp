// SPDX-License-Identifier: Apache-2.0
// Limits that queueing theory knows.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "cost_model/serving/summary.hpp"
#include "cost_model/serving/traffic.hpp"
#include "serving_support.hpp"

namespace ridge::cost_model::serving {
namespace {

// One request at a time, which ends with its prefill.
Service one_at_a_time(const std::function<double(const StepLoad&)>& seconds) {
    auto service = service_of(engine_of(seconds));
    service.policy.max_sequences = 1;
    service.policy.token_budget = 1'000'000;
    return service;
}

double mean_wait(const Service& service, const Requests& requests, double service_s) {
    const auto run = simulate(service, requests, {.warm_up = 0.1});
    return summarise(run, service, requests, {}).request_s.mean - service_s;
}

Requests single_tokens(std::int64_t count, const char* arrivals) {
    Traffic traffic;
    traffic.output_tokens = Lengths::fixed(1);
    traffic.arrivals = parse_arrivals(arrivals);
    return make_requests(traffic, count, 20);
}

// Pollaczek and Khinchine with constant service: W = rho · S / (2 (1 - rho)).
TEST(Queue, OfConstantServiceWaitsAsMD1) {
    const auto service = one_at_a_time([](const StepLoad&) { return 1.0; });
    for (const auto& [arrivals, rho] : {std::pair("poisson:0.3", 0.3), std::pair("poisson:0.7", 0.7)}) {
        const double expected = rho / (2 * (1 - rho));
        EXPECT_NEAR(mean_wait(service, single_tokens(200000, arrivals), 1.0), expected, 0.03 * expected)
            << rho;
    }
}

// With exponential service: W = rho · S / (1 - rho).
TEST(Queue, OfExponentialServiceWaitsAsMM1) {
    const auto service = one_at_a_time([](const StepLoad& load) { return 1e-4 * load.prefill_tokens; });
    auto requests = single_tokens(200000, "poisson:0.5");
    Draws draws(4);
    for (auto& request : requests.all)
        request.prompt_tokens = static_cast<std::int32_t>(std::ceil(draws.exponential(1e4)));
    EXPECT_NEAR(mean_wait(service, requests, 1.0), 1.0, 0.04);
}

// Each wait follows from the one before: W' = max(0, W + S - A) (Lindley 1952).
double lindley_mean(const Requests& requests, double service_s, std::size_t first) {
    double wait = 0, sum = 0;
    for (std::size_t i = 0; i < requests.all.size(); ++i) {
        if (i > 0)
            wait =
                std::max(0.0, wait + service_s - (requests.all[i].arrival_s - requests.all[i - 1].arrival_s));
        if (i >= first) sum += wait;
    }
    return sum / static_cast<double>(requests.all.size() - first);
}

// Bursts wait longer than Poisson arrivals, exactly as Lindley's recurrence says, and within Kingman's bound
// W <= rate · (variance of arrivals + of service) / (2 (1 - rho)).
TEST(Queue, OfBurstsWaitsAsLindleySays) {
    const auto service = one_at_a_time([](const StepLoad&) { return 1.0; });
    const auto requests = single_tokens(100000, "bursty:0.5,2");
    const double wait = mean_wait(service, requests, 1.0);
    EXPECT_NEAR(wait, lindley_mean(requests, 1.0, 10000), 1e-6);
    EXPECT_GT(wait, 0.5 / (2 * 0.5));
    EXPECT_LT(wait, 0.5 * 16 / (2 * 0.5));
}

// Steps of constant time hold everybody up equally: M/D/inf, whose mean number is rate · time (Little).
TEST(Queue, OfManySlotsHoldsAsManyAsLittleSays) {
    auto service = service_of(engine_of([](const StepLoad&) { return 0.01; }));
    service.policy.max_sequences = 100000;
    Traffic traffic;
    traffic.output_tokens = Lengths::fixed(101);
    traffic.arrivals.per_second = 40;
    const auto requests = make_requests(traffic, 20000, 9);
    const auto summary = summarise(simulate(service, requests, {}), service, requests, {});
    EXPECT_NEAR(summary.tpot_s.mean, 0.01, 1e-6);
    EXPECT_NEAR(summary.mean_batch, 40 * 100 * 0.01, 0.5);
    EXPECT_NEAR(summary.output_tokens_per_s, 40 * 101, 0.02 * 40 * 101);
    // From the arrival half a step to the next one on average, and the step with the prompt.
    EXPECT_NEAR(summary.ttft_s.mean, 0.015, 0.0003);
}

// As M/D/c: two replicas behind a router that sees their queues are better than two that it does not see.
TEST(Queue, LeastLoadedBeatsRoundRobinUnderUnequalLoad) {
    auto service = one_at_a_time([](const StepLoad& load) { return 1e-4 * load.prefill_tokens; });
    service.replicas = 2;
    auto requests = single_tokens(40000, "poisson:1.4");
    Draws draws(4);
    for (auto& request : requests.all)
        request.prompt_tokens = static_cast<std::int32_t>(std::ceil(draws.exponential(1e4)));
    const double blind = mean_wait(service, requests, 1.0);
    service.policy.routing = Routing::least_loaded;
    EXPECT_LT(mean_wait(service, requests, 1.0), 0.8 * blind);
}

}  // namespace
}  // namespace ridge::cost_model::serving
