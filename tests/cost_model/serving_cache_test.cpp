// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "serving_support.hpp"

namespace ridge::cost_model::serving {
namespace {

using Ids = std::vector<std::uint64_t>;

void use_once(PrefixCache& cache, const Ids& ids) {
    cache.insert(ids);
    cache.release(ids);
}

TEST(PrefixCache, FindsTheLongestBeginning) {
    PrefixCache cache({});
    use_once(cache, {1, 2, 3});
    EXPECT_EQ(cache.match(Ids{1, 2, 3, 4}).blocks, 3U);
    EXPECT_EQ(cache.match(Ids{1, 9, 3}).blocks, 1U);
    EXPECT_EQ(cache.match(Ids{2, 3}).blocks, 2U);  // ids stand for all before them: the caller's business
    EXPECT_EQ(cache.match(Ids{7}).blocks, 0U);
}

TEST(PrefixCache, EvictsTheOldestAndOfAPromptTheDeepestFirst) {
    PrefixCache cache({});
    use_once(cache, {1, 2});
    use_once(cache, {3});
    use_once(cache, {1, 2});
    EXPECT_TRUE(cache.evict());
    EXPECT_EQ(cache.match(Ids{3}).blocks, 0U);
    EXPECT_TRUE(cache.evict());
    EXPECT_EQ(cache.match(Ids{1, 2}).blocks, 1U);
    EXPECT_TRUE(cache.evict());
    EXPECT_FALSE(cache.evict());
    EXPECT_EQ(cache.on_device(), 0);
}

TEST(PrefixCache, KeepsWhatIsInUse) {
    PrefixCache cache({});
    cache.insert(Ids{1, 2});
    EXPECT_FALSE(cache.evict());
    cache.acquire(Ids{1});
    cache.release(Ids{1, 2});
    EXPECT_EQ(cache.evictable(), 1);
    EXPECT_TRUE(cache.evict());
    EXPECT_EQ(cache.match(Ids{1, 2}).blocks, 1U);
    EXPECT_EQ(cache.on_device(), 1);
}

TEST(PrefixCache, MovesDownTheTiersAndBackUp) {
    PrefixCache cache({1, 1});
    for (std::uint64_t id = 1; id <= 4; ++id) use_once(cache, {id});
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(cache.evict());
    // 1 fell out of the last tier, 2 is in the second, 3 in the first, 4 on the device.
    EXPECT_EQ(cache.match(Ids{1}).blocks, 0U);
    EXPECT_EQ(cache.match(Ids{2}).by_tier[2], 1);
    EXPECT_EQ(cache.match(Ids{3}).by_tier[1], 1);
    EXPECT_EQ(cache.match(Ids{4}).by_tier[0], 1);
    EXPECT_EQ(cache.match(Ids{4}).evictable, 1);
    cache.acquire(Ids{2});
    EXPECT_EQ(cache.match(Ids{2}).by_tier[0], 1);
    EXPECT_EQ(cache.match(Ids{2}).evictable, 0);
    EXPECT_EQ(cache.on_device(), 2);
}

// A prompt takes a millisecond a token and nothing else takes any noticeable time.
ReplicaModel prompt_engine(double kv_tokens = 1e9) {
    return engine_of([](const StepLoad& load) { return 1e-3 * load.prefill_tokens + 1e-9; }, kv_tokens);
}

Requests repeated_prompts(const std::vector<std::pair<double, Ids>>& prompts, std::int32_t tokens) {
    Requests requests;
    requests.arrivals.kind = Arrivals::Kind::trace;
    requests.block_tokens = 160;
    for (const auto& [time, ids] : prompts) {
        Request request{.arrival_s = time, .prompt_tokens = tokens, .output_tokens = 2};
        request.first_block = static_cast<std::uint32_t>(requests.block_ids.size());
        request.blocks = static_cast<std::uint32_t>(ids.size());
        requests.block_ids.insert(requests.block_ids.end(), ids.begin(), ids.end());
        requests.all.push_back(request);
    }
    return requests;
}

double ttft(const SimulationRun& run, std::size_t i) {
    return run.sequences[i].first_token_s - run.sequences[i].arrival_s;
}

TEST(PrefixCache, HitsSaveTheirPrefillAndTheLastTokenIsComputedAlways) {
    const auto requests = repeated_prompts({{0, {1, 2}}, {10, {1, 2}}, {20, {1, 3}}, {30, {4, 2}}}, 320);
    const auto run = run_all(service_of(prompt_engine()), requests);
    EXPECT_NEAR(ttft(run, 0), 0.320, 1e-6);
    EXPECT_NEAR(ttft(run, 1), 0.160, 1e-6);  // both blocks are there, but the first token needs a position
    EXPECT_NEAR(ttft(run, 2), 0.160, 1e-6);
    EXPECT_NEAR(ttft(run, 3), 0.320, 1e-6);
    EXPECT_EQ(run.counts.hit_blocks[0], 2);
}

TEST(PrefixCache, CanBeOff) {
    auto service = service_of(prompt_engine());
    service.policy.prefix_caching = false;
    const auto run = run_all(service, repeated_prompts({{0, {1, 2}}, {10, {1, 2}}}, 400));
    EXPECT_NEAR(ttft(run, 1), 0.400, 1e-6);
}

// Room for one prompt: the second pushes the first one's blocks into DRAM, from where the third loads them.
TEST(PrefixCache, LoadsFromALowerTierAtItsBandwidth) {
    auto service = service_of(prompt_engine(352));
    service.policy.tiers = {{"dram", 1e9, 640e3}};  // 320 tokens of 1000 bytes in half a second
    const auto run = run_all(service, repeated_prompts({{0, {1, 2}}, {10, {3, 4}}, {20, {1, 2}}}, 330));
    EXPECT_NEAR(ttft(run, 1), 0.330, 1e-6);
    EXPECT_EQ(run.counts.hit_blocks[0], 0);
    EXPECT_EQ(run.counts.hit_blocks[1], 2);
    EXPECT_NEAR(ttft(run, 2), 0.5, 1e-6);  // loading takes longer than the ten tokens that are left
    service.policy.tiers.clear();
    const auto without = run_all(service, repeated_prompts({{0, {1, 2}}, {10, {3, 4}}, {20, {1, 2}}}, 330));
    EXPECT_NEAR(ttft(without, 2), 0.330, 1e-6);
}

TEST(PrefixCache, SharedBlocksTakeTheirRoomOnce) {
    // Three prompts of 320 + 10 tokens that share 320: 20 pages together, and one each beyond.
    auto requests = repeated_prompts({{0, {1, 2}}, {1, {1, 2}}, {1, {1, 2}}}, 330);
    for (auto& request : requests.all) request.output_tokens = 5;
    const auto model = engine_of([](const StepLoad& load) { return 1e-3 * load.prefill_tokens + 1; }, 368);
    const auto run = run_all(service_of(model), requests);
    EXPECT_EQ(run.counts.pages_peak, 23);
    EXPECT_EQ(run.counts.preemptions, 0);
    EXPECT_NEAR(run.sequences[1].done_s, run.sequences[2].done_s, 1e-9);
}

TEST(PrefixCache, AwareRoutingGoesWhereThePrefixIs) {
    auto service = service_of(prompt_engine());
    service.replicas = 2;
    service.policy.routing = Routing::prefix_aware;
    std::vector<std::pair<double, Ids>> prompts;
    for (int i = 0; i < 10; ++i) prompts.push_back({10.0 * i, i % 2 ? Ids{1, 2} : Ids{3, 4}});
    const auto run = run_all(service, repeated_prompts(prompts, 330));
    EXPECT_EQ(run.counts.hit_blocks[0], 16);
}

TEST(PrefixCache, BlocksHaveToBeWholePages) {
    auto requests = repeated_prompts({{0, {1}}}, 330);
    requests.block_tokens = 100;
    EXPECT_THROW((void)run_all(service_of(prompt_engine()), requests), InputError);
}

}  // namespace
}  // namespace ridge::cost_model::serving
