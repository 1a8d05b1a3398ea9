// SPDX-License-Identifier: Apache-2.0
#include "cost_model/placement/placement.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "cost_model/network/memory_need.hpp"
#include "cost_model/placement/collectives.hpp"
#include "cost_model/placement/memory_fit.hpp"

namespace ridge::cost_model {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

Topology topology_of(double node_bytes_per_s, double network_bytes_per_s) {
    return make_topology(
        {},
        {.node_size = 8, .link_bytes_per_s = node_bytes_per_s, .network_bytes_per_s = network_bytes_per_s});
}

TEST(Parallelism, IsReadAndWritten) {
    const auto one = parse_parallelism("tp8 pp2");
    EXPECT_EQ(one.devices(), 16);
    EXPECT_EQ(one.text(), "tp8 pp2");
    EXPECT_EQ(parse_parallelism("tp=4,dp=8,ep=32"), (Parallelism{.tensor = 4, .expert = 32, .data = 8}));
    EXPECT_EQ(parse_parallelism("").text(), "tp1");
    for (const auto* bad :
         {"tp0", "tp", "zz4", "tp-2", "tp4x", "tp99999999", "tp2.5", "tp8 tp4", "tp2,pp2,tp2"})
        EXPECT_THROW((void)parse_parallelism(bad), InputError) << bad;
}

TEST(Parallelism, ThatIsImpossibleIsRefusedWithTheReason) {
    const auto llama = load_model("llama-2-7b"), mixtral = load_model("mixtral-8x7b");
    const auto refuses = [](const ModelConfig& model, const char* ways, const char* why) {
        EXPECT_THAT([&] { check(parse_parallelism(ways), model); },
                    ThrowsMessage<InputError>(HasSubstr(why)));
    };
    refuses(llama, "tp3", "tp3 does not divide its 32 heads");
    refuses(llama, "pp33", "more stages than its 32 layers");
    refuses(llama, "ep2 tp2", "has no experts");
    refuses(mixtral, "ep16 tp16", "does not divide its 8 experts");
    refuses(mixtral, "ep4 tp2", "does not divide the 2 devices");
    EXPECT_NO_THROW(check(parse_parallelism("tp16"), load_model("llama-3.1-70b")));
}

TEST(Shard, HoldsItsShareOfWeightsAndCache) {
    const auto model = load_model("llama-3.1-70b");
    const auto cut = shard(model, {.tensor = 4});
    EXPECT_NEAR(weight_bytes(cut, {}) * 4, weight_bytes(model, {}), 0.002 * weight_bytes(model, {}));
    EXPECT_DOUBLE_EQ(kv_bytes_per_token(cut, {}) * 4, kv_bytes_per_token(model, {}));
    // 8 heads of keys and values on 16 devices: each head is held twice.
    EXPECT_DOUBLE_EQ(kv_bytes_per_token(shard(model, {.tensor = 16}), {}) * 8, kv_bytes_per_token(model, {}));
    EXPECT_DOUBLE_EQ(kv_bytes_per_token(shard(model, {.pipeline = 4}), {}) * 4,
                     kv_bytes_per_token(model, {}));
}

TEST(Shard, DealsExpertsOut) {
    const auto model = load_model("mixtral-8x7b");
    const double all = weight_bytes(model, {});
    EXPECT_NEAR(weight_bytes(shard(model, {.tensor = 8}), {}) * 8, all, 0.01 * all);
    EXPECT_NEAR(weight_bytes(shard(model, {.tensor = 8, .expert = 8}), {}) * 8, all, 0.01 * all);
    EXPECT_NEAR(weight_bytes(shard(model, {.tensor = 8, .expert = 4}), {}) * 8, all, 0.01 * all);
}

TEST(PlacedCalls, DoTheWholeModelsWork) {
    const auto model = load_model("llama-3.1-70b");
    const auto device = load_device("h100-sxm");
    const auto whole = network_work(transformer_calls(model, decode_pass(16, 1024), {}));
    const auto placed = make_placement(model, {}, device, {.tensor = 8});
    const auto each = network_work(placed_calls(placed, decode_pass(16, 1024)));
    EXPECT_NEAR(8 * each.flop, whole.flop, 0.01 * whole.flop);
    // Norms and residuals are done by every device.
    EXPECT_NEAR(8 * each.bytes, whole.bytes, 0.03 * whole.bytes);
}

TEST(Collectives, ApproachTheBusBandwidthOfARing) {
    const auto topology = topology_of(100e9, 10e9);
    const double bytes = 1e9;
    // And the base and 14 hops of the protocol for large messages.
    EXPECT_NEAR(all_reduce_s(topology, {8, 1}, bytes, 1.0),
                2 * 7.0 / 8 * bytes / 100e9 + 8.4e-6 + 14 * 5.7e-6, 1e-9);
    EXPECT_NEAR(all_gather_s(topology, {8, 1}, bytes, 1.0), 7 * bytes / 100e9, 1e-4);
    EXPECT_NEAR(send_s(topology, 8, bytes, 1.0), bytes / 10e9, 1e-4);
    EXPECT_DOUBLE_EQ(all_reduce_s(topology, {1, 1}, bytes, 1.0), 0.0);
}

TEST(Collectives, OfAFewBytesTakeLatencyAlone) {
    const auto topology = topology_of(450e9, 50e9);
    const double eight = all_reduce_s(topology, {8, 1}, 1024, 0.8);
    EXPECT_GT(eight, 5e-6);
    EXPECT_LT(eight, 20e-6);
    EXPECT_LT(all_reduce_s(topology, {2, 1}, 1024, 0.8), eight);
}

TEST(Collectives, BetweenNodesUseTheNetworkForWhatANodeHasSummed) {
    const auto topology = topology_of(400e9, 50e9);
    const double bytes = 1e9;
    const double expected = 2 * 7.0 / 8 * bytes / 400e9 + 2 * 1.0 / 2 * bytes / 8 / 50e9;
    EXPECT_NEAR(all_reduce_s(topology, {16, 1}, bytes, 1.0), expected, 2e-4);
}

TEST(Topology, CountsOneDirection) {
    EXPECT_DOUBLE_EQ(make_topology(load_device("h100-sxm").interconnect).node.bytes_per_s, 450e9);
    EXPECT_DOUBLE_EQ(make_topology(load_device("l40s").interconnect).node.bytes_per_s, 32e9);
    EXPECT_DOUBLE_EQ(make_topology(load_device("gaudi3").interconnect).node.bytes_per_s, 600e9);
    const auto pcie = make_topology(load_device("a100-80-pcie").interconnect);
    EXPECT_DOUBLE_EQ(link_of(pcie, {2, 1}).bytes_per_s, 300e9);
    EXPECT_DOUBLE_EQ(link_of(pcie, {4, 1}).bytes_per_s, 32e9);
    EXPECT_TRUE(make_topology(load_device("rtx3090").interconnect).node.assumed);
    EXPECT_TRUE(link_of(make_topology({}), {16, 1}).assumed);
}

TEST(Topology, OfAMeshGivesAPairOneWire) {
    const auto topology = make_topology(load_device("mi300x").interconnect);
    EXPECT_DOUBLE_EQ(link_of(topology, {8, 1}).bytes_per_s, 448e9);
    EXPECT_DOUBLE_EQ(link_of(topology, {2, 1}).bytes_per_s, 64e9);
}

TEST(Topology, RefusesRatesThatMakeNoSense) {
    for (const double rate : {0.0, -1.0, 1e30, std::numeric_limits<double>::quiet_NaN()}) {
        EXPECT_THROW((void)make_topology({}, {.link_bytes_per_s = rate}), InputError);
        EXPECT_THROW((void)make_topology({}, {.network_bytes_per_s = rate}), InputError);
    }
    EXPECT_THROW((void)make_topology({}, {.node_size = 0}), InputError);
}

TEST(MemoryFit, CountsWhatACacheHasLeft) {
    const auto model = load_model("llama-2-7b");
    const auto device = load_device("h100-sxm");
    const EngineParameters engine{.memory_fraction = 0.9, .workspace_bytes = 1e9, .fragmentation = 0};
    const auto placed = make_placement(model, {}, device, {}, engine);
    const auto fit = memory_fit(placed);
    EXPECT_DOUBLE_EQ(fit.cache, 0.9 * 80 * 0x1p30 - fit.weights - fit.activations - 1e9);
    EXPECT_DOUBLE_EQ(capacity_tokens(placed, fit), fit.cache / (2.0 * 32 * 4096 * 2));
    EXPECT_DOUBLE_EQ(largest_batch(placed, 4096), std::floor(fit.cache / (2.0 * 32 * 4096 * 2) / 4096));
}

}  // namespace
}  // namespace ridge::cost_model
