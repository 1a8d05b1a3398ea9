// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "operators/attention/attention_call.hpp"
#include "operators/catalogue.hpp"
#include "operators/experts/experts_call.hpp"

namespace ridge::operators {
namespace {

constexpr const char* layer =
    "expert_layer tokens=8 hidden=16 inter=32 experts=8 local_experts=4 k=2 x=fp8_e4m3 w=fp8_e4m3 y=bf16";

// 8 tokens choose 2 of 8 experts each: 16 pairs, 8 of them with the 4 experts here. Three matrices of 512
// elements: 2 FLOP for each element and pair; all 4 experts are read, 8 tokens in and out.
TEST(ExpertLayer, WorkWithEvenLoad) {
    const auto one = work(parse_call(layer));
    EXPECT_EQ(one.flop, 2.0 * 8 * 3 * 512);
    EXPECT_EQ(one.compute, Precision::fp8_e4m3);
    EXPECT_EQ(one.traffic[0].read_bytes, 8.0 * 16);
    EXPECT_EQ(one.traffic[1].read_bytes, 4.0 * 3 * 512);
    EXPECT_EQ(one.traffic[2].written_bytes, 2.0 * 8 * 16);
}

TEST(ExpertLayer, ReadsNoExpertWithoutTokens) {
    const auto share = even_share(parse_call(
        "expert_layer tokens=1 hidden=16 inter=32 experts=64 local_experts=64 k=2 x=bf16 w=bf16 y=bf16"));
    EXPECT_EQ(share.rows, 2.0);
    EXPECT_EQ(share.tokens, 1.0);
    EXPECT_EQ(share.experts, 2.0);
}

TEST(ExpertLayer, WithoutGateHasTwoMatrices) {
    const auto gated = work(parse_call(layer));
    auto call = parse_call(layer);
    call.op = "expert_layer_ungated";
    EXPECT_EQ(work(canonical(call)).flop, gated.flop * 2.0 / 3.0);
}

TEST(ExpertLayer, RefusesMoreLocalThanAllExperts) {
    for (const char* text :
         {"expert_layer tokens=8 hidden=16 inter=32 experts=4 local_experts=8 k=2 x=bf16 w=bf16 y=bf16",
          "expert_layer tokens=8 hidden=16 inter=32 experts=4 local_experts=4 k=5 x=bf16 w=bf16 y=bf16",
          "expert_layer tokens=8 hidden=2097152 inter=2097152 experts=4 local_experts=4 k=1 x=bf16 w=bf16 "
          "y=bf16"})
        EXPECT_THROW((void)parse_call(text), InputError) << text;
}

// 3 new positions after 2: 3 + 4 + 5 = 12 pairs for each of 2 sequences and 4 heads; keys of 6, values of 5
// elements. The rotated part of 2 elements is cached once for all heads.
TEST(LatentPrefill, WorkByHand) {
    const auto one = work(parse_call(
        "attention_mla_prefill batch=2 heads=4 nope=4 rope=2 value=5 queries=3 context=5 q=bf16 kv=bf16"));
    EXPECT_EQ(one.flop, 2.0 * (6 + 5) * 12 * 8);
    EXPECT_EQ(one.traffic[0].read_bytes, 2.0 * 8 * 3 * 6);
    EXPECT_EQ(one.traffic[0].written_bytes, 2.0 * 8 * 3 * 5);
    EXPECT_EQ(one.traffic[1].read_bytes, 2.0 * (8 * 5 * 9 + 2 * 5 * 2));
}

TEST(LatentPrefill, RefusesMoreQueriesThanPositions) {
    EXPECT_THROW((void)parse_call("attention_mla_prefill batch=2 heads=4 nope=4 rope=2 value=5 queries=6 "
                                  "context=5 q=bf16 kv=bf16"),
                 InputError);
}

}  // namespace
}  // namespace ridge::operators
