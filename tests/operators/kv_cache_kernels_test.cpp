// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <ostream>

#include "core/error.hpp"
#include "operators/catalogue.hpp"
#include "operators/kernel_checks.hpp"

namespace ridge::operators {
namespace {

std::string field(const char* name, std::int64_t value) {
    return std::string(name) + "=" + std::to_string(value) + " ";
}

// Even, and a multiple of 32 half of the time: what int4 with groups of 32 takes.
std::string random_rows(Random& random) {
    const auto some = static_cast<std::int64_t>(1 + random() % 4);
    const auto head_dim = random() % 2 == 0 ? 32 * some : 2 * random_extent(random, 64);
    return field("kv_heads", some) + field("head_dim", head_dim);
}

std::string random_paged(Random& random) {
    static const std::vector<std::int64_t> pages = {1, 4, 16, 64};
    return field("tokens", random_extent(random)) + random_rows(random) + field("page", pick(pages, random));
}

std::string random_turned(Random& random) {
    return field("tokens", random_extent(random)) + random_rows(random);
}

std::string random_fused(Random& random) {
    const auto tokens = random_extent(random);
    const auto recomputed = 1 + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(tokens));
    return field("tokens", tokens) + field("recomputed", recomputed) + random_rows(random);
}

struct Kind {
    const char* op;
    std::string (*random)(Random& random);
    std::vector<std::string>
        edges;  ///< one token, full and part-filled last pages, nothing or all recomputed
};

void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.op; }

const std::vector<std::string> paged_edges = {
    "tokens=1 kv_heads=1 head_dim=32 page=16", "tokens=16 kv_heads=2 head_dim=64 page=16",
    "tokens=17 kv_heads=2 head_dim=64 page=16", "tokens=63 kv_heads=8 head_dim=128 page=64"};

const std::vector<Kind> kinds = {
    {"kv_append", random_paged, paged_edges},
    {"kv_gather", random_paged, paged_edges},
    {"kv_swap", random_paged, paged_edges},
    {"kv_rerotate",
     random_turned,
     {"tokens=1 kv_heads=1 head_dim=2", "tokens=1 kv_heads=1 head_dim=32",
      "tokens=301 kv_heads=3 head_dim=128"}},
    {"kv_fuse",
     random_fused,
     {"tokens=1 recomputed=1 kv_heads=1 head_dim=32", "tokens=40 recomputed=40 kv_heads=2 head_dim=64",
      "tokens=40 recomputed=1 kv_heads=2 head_dim=64"}}};

class KvCacheKernels : public ::testing::TestWithParam<Kind> {};

TEST_P(KvCacheKernels, AgreeWithTheReference) {
    expect_right_everywhere(GetParam().op, GetParam().random, 6);
}

TEST_P(KvCacheKernels, AreRightOnEdges) { expect_right_on(GetParam().op, GetParam().edges); }

TEST_P(KvCacheKernels, PlantedErrorsAreFound) {
    expect_planted_errors_found(GetParam().op, GetParam().edges[1]);
}

INSTANTIATE_TEST_SUITE_P(Kinds, KvCacheKernels, ::testing::ValuesIn(kinds),
                         [](const auto& test) { return std::string(test.param.op); });

const std::vector<std::string> refused = {
    "kv_append tokens=4 kv_heads=1 head_dim=32 page=3 x=bf16 kv=bf16",
    "kv_append tokens=4 kv_heads=1 head_dim=32 page=4 x=int8:row kv=bf16",
    "kv_gather tokens=4 kv_heads=1 head_dim=48 page=4 kv=int4:g32",
    "kv_swap tokens=4 kv_heads=1 head_dim=32 page=2048 kv=bf16",
    "kv_rerotate tokens=4 kv_heads=1 head_dim=33 kv=bf16",
    "kv_fuse tokens=4 recomputed=5 kv_heads=1 head_dim=32 kv=bf16"};

TEST(KvCacheCalls, ThatMakeNoSenseAreRefused) {
    for (const auto& call : refused) EXPECT_THROW((void)parse_call(call), InputError) << call;
}

TEST(KvCacheWork, CountsRowsAndScales) {
    const auto bytes = [](const std::string& text) { return work(parse_call(text)).bytes(); };
    const double rows = 100.0 * 8;
    EXPECT_EQ(bytes("kv_gather tokens=100 kv_heads=8 head_dim=128 page=16 kv=int8:row"),
              4 * rows * (128 + 4) + 7 * 4);
    EXPECT_EQ(bytes("kv_swap tokens=100 kv_heads=8 head_dim=128 page=16 kv=bf16"), 8 * rows * 256 + 7 * 4);
    EXPECT_EQ(bytes("kv_append tokens=100 kv_heads=8 head_dim=128 page=16 x=bf16 kv=int4:g32"),
              2 * rows * (256 + 64 + 4 * 2) + 7 * 4);
    EXPECT_EQ(bytes("kv_rerotate tokens=100 kv_heads=8 head_dim=128 kv=bf16"), 2 * rows * 256 + 4 * 128);
    // Whatever is recomputed, as much is read: cached rows or fresh ones.
    EXPECT_EQ(bytes("kv_fuse tokens=100 recomputed=1 kv_heads=8 head_dim=128 kv=bf16"),
              bytes("kv_fuse tokens=100 recomputed=99 kv_heads=8 head_dim=128 kv=bf16"));
}

}  // namespace
}  // namespace ridge::operators
