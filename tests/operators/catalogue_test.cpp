// SPDX-License-Identifier: Apache-2.0
#include "operators/catalogue.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "operators/gemm/gemm_call.hpp"

namespace ridge::operators {
namespace {

TEST(Catalogue, PutsACallIntoCanonicalOrder) {
    EXPECT_EQ(parse_call("gemm k=3 w=bf16 m=1 c=fp32 n=2 a=bf16 sparsity=dense").text(),
              "gemm m=1 n=2 k=3 a=bf16 w=bf16 c=fp32");
    const auto text = "gemm m=16 n=4096 k=4096 a=bf16 w=int4:g128 c=bf16 sparsity=2:4";
    EXPECT_EQ(parse_call(text).text(), text);
}

TEST(Catalogue, RefusesCallsThatMakeNoSense) {
    const char* const refused[] = {
        "gemm m=0 n=2 k=3 a=fp32 w=fp32 c=fp32",
        "gemm m=-1 n=2 k=3 a=fp32 w=fp32 c=fp32",
        "gemm n=2 k=3 a=fp32 w=fp32 c=fp32",
        "gemm m=1 n=2 k=3 a=fp32 w=fp32",
        "gemm m=1 n=2 k=3 l=4 a=fp32 w=fp32 c=fp32",
        "gemm m=1 n=2 k=3 a=fp32 w=fp32 c=fp32 d=fp32",
        "gemm m=1 n=2 k=6 a=fp32 w=fp32 c=fp32 sparsity=2:4",
        "gemm m=1 n=24 k=16 a=fp32 w=fp32 c=fp32 sparsity=block:16x16@0.5",
        "gemm m=1 n=2 k=100 a=bf16 w=int4:g128 c=bf16",
        "gemm m=1 n=2 k=128 a=bf16 w=bf16:g128 c=bf16",
        "gemm m=1 n=2 k=128 a=bf16 w=int8:row:zero c=bf16",
        "gemm m=1 n=2 k=128 a=bf16 w=int4:g128 c=int8:row",
        "gemm m=1 n=2 k=128 a=int8:row w=int8:row c=int32",
        "gemm m=1 n=128 k=128 a=fp8_e4m3:b128 w=fp8_e4m3 c=bf16",
        "gemm m=1 n=128 k=128 a=fp8_e8m0 w=fp8_e4m3 c=bf16",
        "gemm m=1 n=128 k=24 a=fp4_e2m1:g16:fp8_e4m3 w=fp4_e2m1 c=bf16",
        "expert_dispatch ranks=8 tokens=1 n=2 experts=4 k=5 x=bf16",
        "expert_combine ranks=1 tokens=1 n=2 experts=4 k=2 x=bf16",
        "gemm_bias m=1 n=2 k=4 a=fp32 w=fp32 c=fp32 sparsity=2:4",
        "gemm_batched batch=4294967296 m=4294967296 n=1 k=1 a=fp32 w=fp32 c=fp32",
        "gemm_grouped experts=0 m=1 n=2 k=4 a=fp32 w=fp32 c=fp32",
        "gemm m=2000000 n=2000000 k=1 a=fp32 w=fp32 c=fp32",
        "gem m=1 n=2 k=3 a=fp32 w=fp32 c=fp32",
        "gemm m=1 n=2 k=4 a=fp32 w=fp32 c=fp32 activation_sparsity=2:4",
        "gemm m=1 n=2 k=4 a=fp32 w=fp32 c=fp32 activation_sparsity=unstructured@0.5 "
        "activation_sparsity=unstructured@0.5",
        "rmsnorm rows=1 n=2 x=fp32 activation_sparsity=unstructured@0.5",
    };
    for (const char* text : refused) EXPECT_THROW((void)parse_call(text), InputError) << text;
}

// 2 · 3 · 5 · 7 = 210 FLOP; (3·7 + 5·7) elements read and 3·5 written, 4 bytes each.
TEST(Catalogue, WorkOfADenseGemm) {
    const auto one = work(parse_call("gemm m=3 n=5 k=7 a=fp32 w=fp32 c=fp32"));
    EXPECT_EQ(one.flop, 210.0);
    EXPECT_EQ(one.dense_flop, 210.0);
    EXPECT_EQ(one.read_bytes(), 224.0);
    EXPECT_EQ(one.written_bytes(), 60.0);
    EXPECT_EQ(one.compute, Precision::fp32);
}

// 4 × 256 weights of 4 bits, an fp16 scale and a zero point of 4 bits for each 128; int8 with an fp32 scale a
// row.
TEST(Catalogue, WorkOfQuantisedWeightsCountsTheirScales) {
    EXPECT_EQ(weight_bytes(GemmCall::from(parse_call("gemm m=1 n=4 k=256 a=bf16 w=int4:g128 c=bf16"))),
              512.0 + 4 * 2 * 2);
    EXPECT_EQ(weight_bytes(GemmCall::from(parse_call("gemm m=1 n=4 k=256 a=bf16 w=int4:g128:zero c=bf16"))),
              512.0 + 4 * 2 * 2.5);
    const auto w8a8 = work(parse_call("gemm m=3 n=4 k=256 a=int8:row w=int8:row c=bf16"));
    EXPECT_EQ(w8a8.traffic[0].read_bytes, 3.0 * 256 + 3 * 4);
    EXPECT_EQ(w8a8.traffic[1].read_bytes, 4.0 * 256 + 4 * 4);
}

// 256 x 128 weights in two blocks; 3 x 128 activations with a scale each 128.
TEST(Catalogue, WorkOfScalesOfBlocks) {
    const auto call = work(parse_call("gemm m=3 n=256 k=128 a=fp8_e4m3:g128:fp32 w=fp8_e4m3:b128 c=bf16"));
    EXPECT_EQ(call.traffic[0].read_bytes, 3.0 * 128 + 3 * 4);
    EXPECT_EQ(call.traffic[1].read_bytes, 256.0 * 128 + 2 * 4);
    EXPECT_EQ(call.compute, Precision::fp8_e4m3);
}

// 2 parts with 3 tokens of 5 features of 2 bytes, each to 2 experts.
TEST(Catalogue, WorkOfExchangesWithExperts) {
    const auto sent = work(parse_call("expert_dispatch ranks=2 tokens=3 n=5 experts=4 k=2 x=bf16"));
    EXPECT_EQ(sent.read_bytes(), 60.0);
    EXPECT_EQ(sent.written_bytes(), 120.0);
    const auto back = work(parse_call("expert_combine ranks=2 tokens=3 n=5 experts=4 k=2 x=bf16"));
    EXPECT_EQ(back.flop, 2.0 * 2 * 3 * 5 * 2);
    EXPECT_EQ(back.read_bytes(), 120.0);
    EXPECT_EQ(back.written_bytes(), 60.0);
}

TEST(Catalogue, WorkOfSeveralMatricesAndOfEpilogues) {
    const auto batched = work(parse_call("gemm_batched batch=3 m=2 n=5 k=7 a=fp32 w=fp32 c=fp32"));
    EXPECT_EQ(batched.flop, 3 * 2.0 * 2 * 5 * 7);
    EXPECT_EQ(batched.bytes(), 3 * 4.0 * (2 * 7 + 5 * 7 + 2 * 5));
    // One row needs the weights of one expert only.
    const auto grouped = work(parse_call("gemm_grouped experts=8 m=1 n=5 k=7 a=fp32 w=fp32 c=fp32"));
    EXPECT_EQ(grouped.traffic[1].read_bytes, 4.0 * 5 * 7);
    const auto bias = work(parse_call("gemm_bias m=2 n=5 k=7 a=fp32 w=fp32 c=fp32"));
    EXPECT_EQ(bias.flop, 2.0 * 2 * 5 * 7 + 2 * 5);
    EXPECT_EQ(bias.traffic[3].read_bytes, 4.0 * 5);
    const auto text = "gemm_grouped experts=8 m=3 n=5 k=7 a=fp32 w=fp32 c=fp32";
    EXPECT_EQ(GemmCall::from(parse_call(text)).call().text(), text);
}

// 8 × 16 bf16 weights at 2:4: 64 values of 2 bytes and 64 positions of 2 bits.
TEST(Catalogue, WorkOfTwoOfFourWeights) {
    const auto call = parse_call("gemm m=1 n=8 k=16 a=bf16 w=bf16 c=bf16 sparsity=2:4");
    EXPECT_EQ(weight_bytes(GemmCall::from(call)), 128.0 + 16.0);
    EXPECT_EQ(work(call).flop, 128.0);
    EXPECT_EQ(work(call).dense_flop, 256.0);
}

// 8 × 16 fp32 weights of which a quarter is kept: 32 values of 4 bytes and columns of 2, and 9 row starts.
TEST(Catalogue, WorkOfUnstructuredWeights) {
    const auto call = parse_call("gemm m=1 n=8 k=16 a=fp32 w=fp32 c=fp32 sparsity=unstructured@0.25");
    EXPECT_EQ(weight_bytes(GemmCall::from(call)), 32.0 * 4 + 32.0 * 2 + 9.0 * 4);
}

// A row needs half the columns of 8 × 16 fp32 weights, two rows three quarters of them; positions of 2:4
// always.
TEST(Catalogue, WorkOfSparseActivations) {
    const std::string rest = " n=8 k=16 a=fp32 w=fp32 c=fp32";
    const std::string half = " activation_sparsity=unstructured@0.5";
    const auto read = [&](const std::string& call) { return work(parse_call(call)).traffic[1].read_bytes; };
    EXPECT_EQ(read("gemm m=1" + rest + half), 256.0);
    EXPECT_EQ(read("gemm m=2" + rest + half), 384.0);
    EXPECT_EQ(read("gemm m=1" + rest + " sparsity=2:4" + half), 128.0 + 16.0);
    EXPECT_EQ(work(parse_call("gemm m=2" + rest + half)).flop, 256.0);
    EXPECT_EQ(parse_call("gemm m=2" + rest + half).text(), "gemm m=2" + rest + half);
    EXPECT_EQ(parse_call("gemm m=2" + rest + " activation_sparsity=dense").text(), "gemm m=2" + rest);
}

// 64 × 64 fp32 weights in blocks of 16 × 16, a quarter kept: 4 blocks; an index for each and for 4 block rows
// and the end.
TEST(Catalogue, WorkOfBlockSparseWeights) {
    const auto call = parse_call("gemm m=1 n=64 k=64 a=fp32 w=fp32 c=fp32 sparsity=block:16x16@0.25");
    EXPECT_EQ(weight_bytes(GemmCall::from(call)), 4.0 * 256 * 4 + 4.0 * (4 + 4 + 1));
}

}  // namespace
}  // namespace ridge::operators
