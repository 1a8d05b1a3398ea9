// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "operators/attention/attention_call.hpp"
#include "operators/catalogue.hpp"

namespace ridge::operators {
namespace {

Work work_of(const char* text) { return work(parse_call(text)); }

TEST(Attention, DecodeReadsTheCacheOnce) {
    const auto work = work_of(
        "attention batch=2 heads=32 kv_heads=8 head_dim=128 queries=1 context=1000 q=bf16 kv=fp8_e4m3");
    EXPECT_DOUBLE_EQ(work.flop, 4.0 * 128 * 1000 * 32 * 2);
    // Keys and values of 8 heads in one byte each; queries in and outputs out in two.
    EXPECT_DOUBLE_EQ(work.bytes(), 2.0 * 2 * 1000 * 8 * 128 + 2.0 * 2 * 2 * 32 * 128);
    EXPECT_EQ(work.compute, Precision::bf16);
}

TEST(Attention, PrefillCountsTheTriangle) {
    EXPECT_DOUBLE_EQ(causal_pairs(4, 4), 1 + 2 + 3 + 4);
    EXPECT_DOUBLE_EQ(causal_pairs(2, 5), 4 + 5);
    EXPECT_DOUBLE_EQ(causal_pairs(1, 7), 7);
}

TEST(Attention, InTwoChunksIsTheWorkOfOne) {
    const auto flop = [](int queries, int context) {
        AttentionCall call{.batch = 1,
                           .heads = 4,
                           .kv_heads = 4,
                           .head_dim = 64,
                           .queries = queries,
                           .context = context,
                           .q = {},
                           .kv = {}};
        return work(canonical(call.call())).flop;
    };
    EXPECT_DOUBLE_EQ(flop(600, 600) + flop(400, 1000), flop(1000, 1000));
}

TEST(Attention, RefusesShapesThatMakeNoSense) {
    EXPECT_THROW((void)parse_call(
                     "attention batch=1 heads=6 kv_heads=4 head_dim=64 queries=1 context=8 q=bf16 kv=bf16"),
                 InputError);
    EXPECT_THROW((void)parse_call(
                     "attention batch=1 heads=4 kv_heads=4 head_dim=64 queries=9 context=8 q=bf16 kv=bf16"),
                 InputError);
    EXPECT_THROW((void)parse_call(
                     "attention batch=0 heads=4 kv_heads=4 head_dim=64 queries=1 context=8 q=bf16 kv=bf16"),
                 InputError);
}

struct Known {
    const char* call;
    double flop, bytes;
};

class Elementwise : public testing::TestWithParam<Known> {};

TEST_P(Elementwise, WorkByHand) {
    const auto work = work_of(GetParam().call);
    EXPECT_DOUBLE_EQ(work.flop, GetParam().flop);
    EXPECT_DOUBLE_EQ(work.dense_flop, GetParam().flop);
    EXPECT_DOUBLE_EQ(work.bytes(), GetParam().bytes);
}

INSTANTIATE_TEST_SUITE_P(
    All, Elementwise,
    testing::Values(Known{"rmsnorm rows=3 n=100 x=bf16", 4 * 300, 2 * (300 + 100 + 300)},
                    Known{"rope rows=3 heads=5 head_dim=10 x=fp32", 3 * 150, 4 * (150 + 150 + 30)},
                    Known{"silu_mul rows=3 n=100 x=bf16", 5 * 300, 2 * 3 * 300},
                    Known{"residual_add rows=3 n=100 x=bf16", 300, 2 * 3 * 300},
                    Known{"embedding rows=3 n=100 vocab=7 x=bf16", 0, 2 * 2 * 300 + 4 * 3}));

TEST(ElementwiseCall, HasNoSparsity) {
    EXPECT_THROW((void)parse_call("silu_mul rows=3 n=100 x=bf16 sparsity=2:4"), InputError);
}

}  // namespace
}  // namespace ridge::operators
