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

std::string random_heads(Random& random) {
    static const std::vector<std::int64_t> groups = {1, 2, 3, 4, 7, 8}, kv_heads = {1, 2, 3, 8, 17};
    const auto kv = pick(kv_heads, random);
    // The rows of many heads are taken side by side.
    const auto group = kv > 8 ? 1 + static_cast<std::int64_t>(random() % 2) : pick(groups, random);
    return field("heads", kv * group) + field("kv_heads", kv);
}

// A multiple of 32 half of the time: what int4 with groups of 32 takes.
std::int64_t random_head_dim(Random& random) {
    static const std::vector<std::int64_t> in_groups = {32, 64, 96, 128, 128, 192, 256};
    return random() % 2 == 0 ? pick(in_groups, random) : random_extent(random, 100);
}

std::string random_attention(Random& random) {
    const auto context = random_extent(random, 131);
    const auto queries = 1 + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(context));
    const bool decodes = random() % 2 == 0;
    return field("batch", 1 + static_cast<std::int64_t>(random() % 3)) + random_heads(random) +
           field("head_dim", random_head_dim(random)) + field("queries", decodes ? 1 : queries) +
           field("context", context);
}

std::string random_sliding_attention(Random& random) {
    return random_attention(random) + field("window", random_extent(random, 200));
}

std::string random_paged_attention(Random& random) {
    static const std::vector<std::int64_t> pages = {1, 8, 16, 64, 256};
    return field("batch", 1 + static_cast<std::int64_t>(random() % 3)) + random_heads(random) +
           field("head_dim", random_head_dim(random)) + field("context", random_extent(random, 257)) +
           field("page", pick(pages, random));
}

std::string random_latent_attention(Random& random) {
    static const std::vector<std::int64_t> latents = {32, 64, 96, 128, 256}, ropes = {32, 64, 128};
    const bool in_groups = random() % 2 == 0;
    const auto latent = in_groups ? pick(latents, random) : random_extent(random, 200);
    const auto rope = in_groups ? pick(ropes, random) : random_extent(random, 64);
    return field("batch", 1 + static_cast<std::int64_t>(random() % 2)) +
           field("heads", random_extent(random, 33)) + field("latent", latent) + field("rope", rope) +
           field("context", random_extent(random, 131));
}

struct Kind {
    const char* op;
    std::string (*random)(Random& random);
    std::vector<std::string> edges;  ///< one token, one head, page boundaries, windows beyond the context
    const char* small;
};

void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.op; }

const std::vector<Kind> kinds = {
    {"attention",
     random_attention,
     {"batch=1 heads=1 kv_heads=1 head_dim=1 queries=1 context=1",
      "batch=2 heads=1 kv_heads=1 head_dim=32 queries=1 context=1",
      "batch=1 heads=4 kv_heads=2 head_dim=64 queries=3 context=3",
      "batch=1 heads=71 kv_heads=1 head_dim=64 queries=1 context=131",
      "batch=1 heads=1 kv_heads=1 head_dim=128 queries=1 context=2053",
      "batch=1 heads=65 kv_heads=65 head_dim=32 queries=1 context=131",
      "batch=2 heads=8 kv_heads=8 head_dim=64 queries=1 context=1",
      "batch=1 heads=32 kv_heads=8 head_dim=128 queries=1 context=33",
      "batch=2 heads=64 kv_heads=8 head_dim=128 queries=1 context=17",
      "batch=1 heads=24 kv_heads=4 head_dim=128 queries=1 context=50",
      "batch=1 heads=12 kv_heads=4 head_dim=128 queries=2 context=70",
      "batch=1 heads=160 kv_heads=8 head_dim=64 queries=1 context=9",
      "batch=1 heads=32 kv_heads=32 head_dim=256 queries=1 context=67"},
     "batch=1 heads=4 kv_heads=2 head_dim=128 queries=5 context=20"},
    {"attention_sliding",
     random_sliding_attention,
     {"batch=1 heads=2 kv_heads=1 head_dim=32 queries=40 context=100 window=1",
      "batch=1 heads=2 kv_heads=2 head_dim=32 queries=40 context=40 window=1000",
      "batch=1 heads=3 kv_heads=1 head_dim=64 queries=1 context=700 window=17",
      "batch=1 heads=1 kv_heads=1 head_dim=32 queries=600 context=600 window=33",
      "batch=2 heads=16 kv_heads=16 head_dim=32 queries=1 context=333 window=100",
      "batch=2 heads=16 kv_heads=4 head_dim=128 queries=1 context=333 window=101"},
     "batch=1 heads=4 kv_heads=2 head_dim=128 queries=5 context=20 window=7"},
    {"attention_paged",
     random_paged_attention,
     {"batch=2 heads=2 kv_heads=1 head_dim=32 context=16 page=16",
      "batch=3 heads=2 kv_heads=2 head_dim=32 context=17 page=16",
      "batch=2 heads=8 kv_heads=2 head_dim=128 context=129 page=64",
      "batch=1 heads=1 kv_heads=1 head_dim=32 context=1 page=64",
      "batch=2 heads=17 kv_heads=17 head_dim=33 context=129 page=8",
      "batch=2 heads=32 kv_heads=32 head_dim=32 context=67 page=16",
      "batch=2 heads=32 kv_heads=8 head_dim=128 context=67 page=16"},
     "batch=2 heads=4 kv_heads=2 head_dim=128 context=20 page=16"},
    {"attention_mla",
     random_latent_attention,
     {"batch=1 heads=1 latent=32 rope=32 context=1", "batch=2 heads=16 latent=512 rope=64 context=67",
      "batch=1 heads=1 latent=1 rope=1 context=5"},
     "batch=1 heads=4 latent=128 rope=128 context=20"},
};

class AttentionKernels : public ::testing::TestWithParam<Kind> {};

TEST_P(AttentionKernels, AgreeWithTheReference) {
    expect_right_everywhere(GetParam().op, GetParam().random, 3);
}

TEST_P(AttentionKernels, AreRightOnEdges) { expect_right_on(GetParam().op, GetParam().edges); }

TEST_P(AttentionKernels, PlantedErrorsAreFound) {
    expect_planted_errors_found(GetParam().op, GetParam().small);
}

INSTANTIATE_TEST_SUITE_P(Kinds, AttentionKernels, ::testing::ValuesIn(kinds),
                         [](const auto& test) { return std::string(test.param.op); });

const std::vector<std::string> refused = {
    "attention batch=1 heads=3 kv_heads=2 head_dim=32 queries=1 context=4 q=fp32 kv=fp32",
    "attention batch=1 heads=2 kv_heads=2 head_dim=32 queries=5 context=4 q=fp32 kv=fp32",
    "attention batch=1 heads=2 kv_heads=2 head_dim=48 queries=1 context=4 q=fp32 kv=int4:g32",
    "attention batch=1 heads=2 kv_heads=2 head_dim=32 queries=1 context=4 q=fp32 kv=fp32 sparsity=2:4",
    "attention_paged batch=1 heads=2 kv_heads=2 head_dim=32 context=4 page=12 q=fp32 kv=fp32",
    "attention_paged batch=1 heads=2 kv_heads=2 head_dim=32 context=4 page=4096 q=fp32 kv=fp32",
    "attention_mla batch=1 heads=2 latent=32 rope=8 context=4 q=fp32 kv=int4:g32"};

TEST(AttentionCalls, ThatMakeNoSenseAreRefused) {
    for (const auto& call : refused) EXPECT_THROW((void)parse_call(call), InputError) << call;
}

TEST(AttentionCalls, OfManyQueriesAreNotForTheDecodeKernel) {
    const auto call =
        parse_call("attention batch=1 heads=1 kv_heads=1 head_dim=32 queries=65 context=65 q=fp32 kv=fp32");
    for (const auto& implementation : make_implementations()) {
        const auto info = implementation->info();
        const bool decodes = info.op == "attention" && info.name == "kokkos-decode";
        EXPECT_TRUE(!decodes || implementation->refusal(call, info.space.default_config()));
    }
}

TEST(AttentionWork, OfAWindowCountsWhatItSees) {
    const auto work_of = [](const std::string& text) { return work(parse_call(text)); };
    const std::string shape =
        " batch=1 heads=2 kv_heads=1 head_dim=64 queries=100 context=100 q=bf16 kv=bf16";
    const auto all = work_of("attention" + shape);
    EXPECT_EQ(work_of("attention_sliding" + shape + " window=100").flop, all.flop);
    EXPECT_EQ(work_of("attention_sliding" + shape + " window=1").flop, 4.0 * 64 * 2 * 100);
    const auto decode = work_of(
        "attention_sliding batch=1 heads=2 kv_heads=1 head_dim=64 queries=1 context=100 window=10 q=bf16 "
        "kv=int8:row");
    EXPECT_EQ(decode.traffic[1].read_bytes, 2.0 * 10 * (64 + 4));
}

TEST(AttentionWork, OfLatentAttentionReadsTheCacheOnce) {
    const auto latent =
        work(parse_call("attention_mla batch=1 heads=128 latent=512 rope=64 context=10 q=bf16 kv=bf16"));
    EXPECT_EQ(latent.traffic[1].read_bytes, 10.0 * 576 * 2);
    EXPECT_EQ(latent.flop, 2.0 * 128 * 10 * (576 + 512));
}

}  // namespace
}  // namespace ridge::operators
