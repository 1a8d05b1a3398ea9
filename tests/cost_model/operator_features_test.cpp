// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "core/error.hpp"
#include "cost_model/kernel/features/attention_tiles.hpp"
#include "cost_model/kernel/features/call_features.hpp"
#include "cost_model/kernel/features/expert_load.hpp"
#include "operators/catalogue.hpp"

namespace ridge::cost_model {
namespace {

// 10 units at 1 GHz: special functions make 160 G exponentials a second.
Device accelerator() {
    Device device;
    device.id = "test-gpu";
    device.name = "Test GPU";
    device.kind = "gpu";
    device.units = 10;
    device.clock_hz = 1e9;
    device.peak_flops = {{Precision::bf16, 1e12}, {Precision::fp32, 1e11}};
    device.memory_bandwidth_bytes_per_s = 1e11;
    device.caches = {{"L2", 1e6, 0}};
    return device;
}

struct Named {
    std::map<std::string_view, double> ceilings, latencies, axes;
    std::string_view regime;
};

Named features_of(const std::string& call, const KernelConfig& config = {},
                  CacheState cache = CacheState::cold, const Device& device = accelerator(),
                  const std::vector<Interconnect>& links = {}) {
    auto ceilings = make_ceilings(device, {});
    if (!links.empty()) add_links(ceilings, links);
    const auto features = call_features(operators::parse_call(call), config, cache, {device, ceilings});
    Named out;
    out.regime = features.regime;
    for (const auto& term : features.ceilings) out.ceilings[term.name] = term.seconds;
    for (const auto& term : features.latencies) out.latencies[term.name] = term.count;
    for (const auto& axis : features.axes) out.axes[axis.name] = axis.value;
    return out;
}

// Counted one by one.
AttentionTiles counted_tiles(std::int64_t queries, std::int64_t context, std::int64_t window) {
    constexpr std::int64_t tile = 128;
    AttentionTiles out;
    for (std::int64_t from = 0; from < queries; from += tile) {
        const std::int64_t to = std::min(from + tile, queries), first = context - queries;
        const std::int64_t begin = std::max<std::int64_t>(0, first + from - window + 1) / tile;
        const std::int64_t end = (first + to + tile - 1) / tile;
        out.query_tiles += 1;
        out.met += static_cast<double>(end - begin);
        out.longest = std::max(out.longest, static_cast<double>(end - begin));
    }
    return out;
}

TEST(AttentionTiles, AreThoseCountedOneByOne) {
    for (const std::int64_t queries : {1, 100, 128, 129, 1000, 4096})
        for (const std::int64_t prefix : {0, 1, 127, 128, 3000})
            for (const std::int64_t window : {1, 64, 128, 129, 1024, 100000}) {
                const auto context = queries + prefix, seen = std::min(window, context);
                const auto tiles = attention_tiles(queries, context, seen);
                const auto counted = counted_tiles(queries, context, seen);
                EXPECT_EQ(tiles.query_tiles, counted.query_tiles);
                EXPECT_EQ(tiles.met, counted.met) << queries << " " << prefix << " " << window;
                EXPECT_NEAR(tiles.longest, counted.longest, 1) << queries << " " << prefix << " " << window;
            }
}

TEST(AttentionTiles, DecodeSplitsContextsOverIdleUnits) {
    const auto few = decode_split(2, 128 * 64, 10);
    EXPECT_EQ(few.parts, 10);  // 20 blocks in flight over 2
    EXPECT_EQ(few.tiles, 7);   // ceil(64 / 10)
    EXPECT_EQ(decode_split(1000, 128 * 64, 10).parts, 1);
    EXPECT_EQ(decode_split(1, 128 * 4, 10).parts, 1);  // too short to split
}

TEST(AttentionFeatures, OfAPromptByHand) {
    // 2 sequences x 4 heads x 3 tiles of pairs (256 queries: 1 + 2) of 128 x 128, 4 FLOP x 64 a pair; exact
    // half of the diagonal tiles is masked.
    const auto one = features_of(
        "attention batch=2 heads=4 kv_heads=2 head_dim=64 queries=256 context=256 q=bf16 kv=bf16");
    EXPECT_EQ(one.regime, "prefill");
    EXPECT_NEAR(one.ceilings.at("compute"), 8 * 3 * 16384.0 * 256 / 1e12, 1e-12);
    EXPECT_NEAR(one.ceilings.at("exp"), 8 * 3 * 16384.0 / 160e9, 1e-12);
    const double bytes = 2.0 * (2 * 2 * 256 * 4 * 64 + 2 * 2 * 256 * 2 * 64);
    EXPECT_DOUBLE_EQ(one.ceilings.at("DRAM"), bytes / 1e11);
    EXPECT_EQ(one.ceilings.at("L2"), 0);
    EXPECT_EQ(one.latencies.at("step"), 2);
    EXPECT_EQ(one.latencies.at("block"), 16 / 10.0);
    EXPECT_NEAR(one.latencies.at("pass"), bytes / 1e11 * 1e6, 1e-9);
    EXPECT_EQ(one.axes.at("blocks"), 2);
    EXPECT_EQ(one.axes.at("group"), 1);
    EXPECT_EQ(one.axes.at("queries"), 8);
}

// What is used over and over drives itself out of a cache that is a little too small.
TEST(AttentionFeatures, OfWarmCallsReadEverythingThatCachesDoNotHoldAtOnce) {
    const auto warm = [](int context) {
        return features_of("attention batch=2 heads=4 kv_heads=4 head_dim=64 queries=1 context=" +
                               std::to_string(context) + " q=bf16 kv=bf16",
                           {}, CacheState::warm)
            .ceilings;
    };
    const auto bytes = [](int context) { return 2.0 * 2 * 4 * 64 * 2 * (context + 1); };
    EXPECT_EQ(warm(300).at("DRAM"), 0) << "0.62 of the cache";
    EXPECT_DOUBLE_EQ(warm(300).at("L2"), bytes(300) / 1e11);
    EXPECT_DOUBLE_EQ(warm(700).at("DRAM"), bytes(700) / 1e11) << "1.43 times the cache";
    EXPECT_EQ(warm(700).at("L2"), 0);
    const auto between = warm(500);
    EXPECT_NEAR(between.at("DRAM"), bytes(500) / 1e11 * (bytes(500) / 1e6 - 0.7) / 0.6, 1e-12);
    EXPECT_NEAR(between.at("DRAM") + between.at("L2"), bytes(500) / 1e11, 1e-12);
}

TEST(AttentionFeatures, DecodeAndPromptHaveTheSameFieldsInOrder) {
    const auto prompt = features_of(
        "attention batch=2 heads=4 kv_heads=2 head_dim=64 queries=256 context=256 q=bf16 kv=bf16");
    const auto decode =
        features_of("attention batch=2 heads=4 kv_heads=2 head_dim=64 queries=1 context=256 q=bf16 kv=bf16");
    EXPECT_EQ(decode.regime, "decode");
    EXPECT_EQ(prompt.ceilings.size(), decode.ceilings.size());
    EXPECT_EQ(prompt.latencies.size(), decode.latencies.size());
    EXPECT_EQ(prompt.axes.size(), decode.axes.size());
}

TEST(AttentionFeatures, DecodeWithLatentVectorsFillsWholeInstructions) {
    // 128 heads share a cached vector: 8 full instructions of 16 rows; 2 FLOP x (576 + 512) a pair.
    const auto one =
        features_of("attention_mla batch=4 heads=128 latent=512 rope=64 context=1000 q=bf16 kv=bf16");
    EXPECT_NEAR(one.ceilings.at("compute"), 2.0 * 1088 * 4 * 128 * 1000 / 1e12, 1e-12);
    EXPECT_EQ(one.axes.at("blocks"), 2);
    EXPECT_EQ(one.axes.at("group"), 7);
}

TEST(AttentionFeatures, KnowGroupsThatNoKernelShares) {
    const auto kind = [](const char* heads, const char* queries) {
        return features_of(std::string("attention batch=4 heads=") + heads +
                           " kv_heads=1 head_dim=128 queries=" + queries + " context=1000 q=bf16 kv=bf16")
            .axes.at("even_group");
    };
    EXPECT_EQ(kind("32", "1"), 1);
    EXPECT_EQ(kind("24", "1"), 0);
    EXPECT_EQ(kind("48", "1"), 2);
    EXPECT_EQ(kind("64", "1"), 3);
    EXPECT_EQ(kind("64", "1000"), 1);
}

TEST(AttentionFeatures, KnowPositionsThatAWindowHides) {
    const auto one = features_of(
        "attention_sliding batch=1 heads=4 kv_heads=4 head_dim=64 queries=1 context=4096 window=1024 q=bf16 "
        "kv=bf16");
    EXPECT_EQ(one.axes.at("context"), 10);
    EXPECT_EQ(one.axes.at("unseen"), 2);
}

constexpr const char* layer =
    "expert_layer tokens=256 hidden=1024 inter=512 experts=32 local_experts=8 k=4 x=bf16 w=bf16 y=bf16";

TEST(ExpertLoad, EvenGivesEveryExpertTheSame) {
    const auto rank = busiest_rank(operators::parse_call(layer), ExpertLoad::parse("balanced"));
    EXPECT_EQ(rank.share.rows, 256);
    EXPECT_EQ(rank.share.experts, 8);
    EXPECT_EQ(rank.most_rows, 32);
    EXPECT_EQ(rank.padded_rows, 8 * 64);
}

TEST(ExpertLoad, SkewedKeepsAllPairsOnOneRankThatHasAllExperts) {
    const auto call = operators::parse_call(
        "expert_layer tokens=256 hidden=1024 inter=512 experts=32 local_experts=32 k=4 x=bf16 w=bf16 y=bf16");
    const auto rank = busiest_rank(call, ExpertLoad::parse("power_law_1.2"));
    EXPECT_DOUBLE_EQ(rank.share.rows, 1024);
    EXPECT_GT(rank.most_rows, 100);  // of 32 with even load
    EXPECT_LE(rank.share.experts, 32);
}

TEST(ExpertLoad, BusiestRankHasMoreThanItsShareAndGrowsWithTheExponent) {
    const auto call = operators::parse_call(layer);
    const double even = busiest_rank(call, {}).share.rows;
    const double skewed = busiest_rank(call, {.exponent = 1.01}).share.rows;
    EXPECT_GT(skewed, 1.2 * even);
    EXPECT_GT(busiest_rank(call, {.exponent = 2.0}).most_rows,
              busiest_rank(call, {.exponent = 0.1}).most_rows);
    EXPECT_LE(skewed, 1024);
}

TEST(ExpertLoad, RefusesWhatIsNoLoad) {
    for (const char* text : {"", "power_law_", "power_law_x", "power_law_1.2x", "power_law_-1", "zipf"})
        EXPECT_THROW((void)ExpertLoad::parse(text), InputError) << text;
}

TEST(ExpertFeatures, CountTheBusiestRank) {
    const auto even = features_of(layer);
    EXPECT_EQ(even.regime, "experts");
    // 8 experts of 64 padded rows, three matrices, 2 FLOP.
    EXPECT_NEAR(even.ceilings.at("compute"), 2.0 * 512 * 3 * 1024 * 512 / 1e12, 1e-12);
    EXPECT_EQ(even.latencies.at("expert"), 8);
    // 8 row tiles x 4 columns over 10 units: 4 waves of 1024 / 64 steps.
    EXPECT_EQ(even.latencies.at("step"), 4 * 16);
    KernelConfig config;
    config.set("load", std::string("power_law_1.2"));
    const auto skewed = features_of(layer, config);
    EXPECT_GT(skewed.ceilings.at("compute"), even.ceilings.at("compute"));
    EXPECT_GT(skewed.axes.at("spread"), 0.5);
    EXPECT_EQ(even.axes.at("spread"), 0);
}

TEST(CollectiveFeatures, SendOverTheLinkWhatBusBandwidthCounts) {
    const auto one = features_of("all_reduce ranks=4 n=1024 x=bf16");
    EXPECT_EQ(one.regime, "collective");
    EXPECT_DOUBLE_EQ(one.ceilings.at("link"), 2 * 0.75 * 2048 / 1e11);
    EXPECT_EQ(one.latencies.at("hop"), 6);
    EXPECT_EQ(one.latencies.at("tree"), 2);
    EXPECT_EQ(one.axes.at("bytes"), 11);
    EXPECT_EQ(one.axes.at("nodes"), 0);
    KernelConfig config;
    config.set("ranks_per_node", std::int64_t{2});
    EXPECT_EQ(features_of("all_reduce ranks=4 n=1024 x=bf16", config).axes.at("nodes"), 1);
    // The same bytes in another format are the same message.
    EXPECT_EQ(features_of("all_gather ranks=4 n=2048 x=int8").axes.at("bytes"), 11);
}

TEST(CollectiveFeatures, TakeTheBridgeTheLinkOrTheNetwork) {
    const std::vector<Interconnect> links = {{"PCIe 4.0 x16", 64e9, "bidirectional"},
                                             {"NVLink bridge (pairs)", 600e9, "bidirectional total"}};
    const auto of = [&](const std::string& call, std::int64_t ranks_per_node) {
        KernelConfig config;
        config.set("ranks_per_node", ranks_per_node);
        return features_of(call, config, CacheState::cold, accelerator(), links);
    };
    EXPECT_DOUBLE_EQ(of("all_reduce ranks=2 n=1024 x=bf16", 2).ceilings.at("link"), 2048 / 300e9);
    const auto four = of("all_reduce ranks=4 n=1024 x=bf16", 4);
    EXPECT_DOUBLE_EQ(four.ceilings.at("link"), 1.5 * 2048 / 32e9);
    EXPECT_EQ(four.ceilings.at("network"), 0);
    const auto apart = of("send_recv n=1024 x=bf16", 1);
    EXPECT_EQ(apart.regime, "collective");
    EXPECT_EQ(apart.ceilings.at("link"), 0);
    EXPECT_DOUBLE_EQ(apart.ceilings.at("network"), 2048 / 50e9);
    EXPECT_EQ(apart.latencies.at("node"), 1);
    const auto experts = of("expert_dispatch ranks=8 tokens=4 n=1024 experts=64 k=8 x=int8", 8);
    EXPECT_DOUBLE_EQ(experts.ceilings.at("link"), 4 * 8 * 1024 * 7.0 / 8 / 32e9);
}

TEST(RowFeatures, CountBlocksAndPasses) {
    const auto one = features_of("softmax rows=1000 n=3000 x=fp32");
    EXPECT_EQ(one.regime, "rows");
    EXPECT_DOUBLE_EQ(one.ceilings.at("DRAM"), 2 * 4 * 3e6 / 1e11);
    EXPECT_EQ(one.latencies.at("block"), std::ceil(3e6 / 1024 / 80));
    EXPECT_EQ(one.latencies.at("row"), 3);
    EXPECT_NEAR(one.axes.at("bytes"), std::log2(24e6), 1e-12);
}

// A gather touches the rows that it takes, however long the table is.
TEST(RowFeatures, OfAGatherAreThoseOfTheRowsItTakes) {
    const auto one = features_of("embedding rows=100 n=4096 vocab=128256 x=bf16");
    EXPECT_EQ(one.regime, "rows");
    EXPECT_DOUBLE_EQ(one.ceilings.at("DRAM"), (2.0 * 2 * 100 * 4096 + 4 * 100) / 1e11);
    EXPECT_EQ(one.latencies.at("block"), std::ceil(100.0 * 4096 / 1024 / 80));
    EXPECT_EQ(one.latencies.at("row"), 4);
}

// Traffic that grows as the arithmetic does would be told from it by no call; what comes from memory counts
// there alone.
TEST(GemmFeatures, MoveEachOperandOnceFromTheCacheOrFromMemory) {
    const auto one = features_of("gemm m=1024 n=2048 k=4096 a=bf16 w=bf16 c=bf16");
    const double bytes = 2.0 * (1024 * 4096 + 4096 * 2048 + 1024 * 2048);
    EXPECT_DOUBLE_EQ(one.ceilings.at("DRAM"), bytes / 1e11);
    EXPECT_EQ(one.ceilings.at("L2"), 0);
    const auto held = features_of("gemm m=64 n=64 k=64 a=bf16 w=bf16 c=bf16", {}, CacheState::warm);
    EXPECT_EQ(held.ceilings.at("DRAM"), 0);
    EXPECT_DOUBLE_EQ(held.ceilings.at("L2"), 2.0 * 3 * 64 * 64 / 1e11);
}

TEST(OperatorFeatures, SayWhichFigureADeviceLacks) {
    auto device = accelerator();
    device.memory_bandwidth_bytes_per_s = 0;
    EXPECT_THROW((void)features_of("softmax rows=10 n=10 x=fp32", {}, CacheState::cold, device), InputError);
    device = accelerator();
    device.peak_flops.clear();
    EXPECT_THROW((void)features_of(layer, {}, CacheState::cold, device), InputError);
    // Without units or clock the terms that need them bound nothing.
    device = accelerator();
    device.units = 0, device.clock_hz = 0;
    EXPECT_EQ(features_of("attention batch=2 heads=4 kv_heads=2 head_dim=64 queries=256 context=256 q=bf16 "
                          "kv=bf16",
                          {}, CacheState::cold, device)
                  .ceilings.at("exp"),
              0);
}

// 10 units at 1e11 each. 200 × 300 is 2 × 3 tiles of 128 × 128, one to a unit; of 64 × 64 it is 4 × 5, two to
// a unit.
TEST(ProductFeatures, CountWholeTilesOfTheBusiestUnit) {
    const auto device = accelerator();
    const auto ceilings = make_ceilings(device, {});
    const auto in = [&](const std::string& call, std::string_view tile) {
        const auto features =
            call_features(operators::parse_call(call), {}, CacheState::cold, {device, ceilings});
        const auto* place = std::ranges::find(product_tiles, tile, &ProductTile::name);
        return features.tiles[static_cast<std::size_t>(place - product_tiles.begin())];
    };
    const std::string call = "gemm m=200 n=300 k=4096 a=bf16 w=bf16 c=bf16";
    EXPECT_NEAR(in(call, "128x128"), 2.0 * 128 * 128 * 4096 / 1e11, 1e-12);
    EXPECT_NEAR(in(call, "64x64"), 2 * 2.0 * 64 * 64 * 4096 / 1e11, 1e-12);
    // Three tiles of 256 × 128 would leave 7 units idle: each is cut into 3 parts of k.
    EXPECT_NEAR(in(call, "256x128 split"), 2.0 * 256 * 128 * 4096 / 3 / 1e11, 1e-12);
}

TEST(ProductFeatures, SayWhatOblongTilesPadOverSquareOnes) {
    const auto one = features_of("gemm m=65 n=64 k=64 a=bf16 w=bf16 c=bf16");
    EXPECT_EQ(one.axes.at("tall"), 0);  // 128 × 64 either way
    EXPECT_EQ(one.axes.at("wide"), std::log2(96.0 * 128 / (128 * 64)));
}

}  // namespace
}  // namespace ridge::cost_model
