// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/error.hpp"
#include "cost_model/network/memory_need.hpp"
#include "cost_model/network/transformer_graph.hpp"

namespace ridge::cost_model {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

const NetworkCall* find(const std::vector<NetworkCall>& calls, std::string_view role) {
    const auto found = std::ranges::find(calls, role, &NetworkCall::role);
    return found == calls.end() ? nullptr : &*found;
}

// Text and count of the calls of a role; empty when there is none.
std::string shown(const std::vector<NetworkCall>& calls, std::string_view role) {
    const auto* one = find(calls, role);
    return one ? std::to_string(one->count) + " x " + one->call.text() : "";
}

TEST(MemoryNeed, OfTheLargestModelIsPositive) {
    ModelConfig model = load_model("llama-2-7b");
    model.num_hidden_layers = model.num_key_value_heads = model.head_dim = std::int64_t{1} << 31;
    EXPECT_DOUBLE_EQ(kv_bytes_per_token(model, {}), 4.0 * 0x1p93);
}

TEST(TransformerGraph, OfOneTokenTakesTwoFlopPerParameter) {
    const auto model = load_model("llama-2-7b");
    const auto work = network_work(transformer_calls(model, decode_pass(1, 1), {}));
    // Every linear weight and lm_head is used once; the embedding table is only looked up.
    const double used = model.layer_linear_parameters() + model.embedding_parameters();
    EXPECT_EQ(used, 6607077376.0);
    EXPECT_GT(work.flop, 2.0 * used);
    EXPECT_LT(work.flop, 2.0 * used * 1.001);
}

TEST(TransformerGraph, ReadsAllWeightsAndTheCacheOnceAToken) {
    const auto model = load_model("llama-2-7b");
    const double context_1 = network_work(transformer_calls(model, decode_pass(1, 1), {})).bytes;
    const double context_2 = network_work(transformer_calls(model, decode_pass(1, 2), {})).bytes;
    EXPECT_EQ(context_2 - context_1, 524288.0);  // 2 · 32 layers · 32 heads · 128 · 2 bytes
    EXPECT_GT(context_1, 2.0 * 6607077376.0);
    EXPECT_LT(context_1, 2.0 * 6607077376.0 * 1.002);
}

TEST(TransformerGraph, ComputesLogitsOfLastPositionsOnly) {
    const auto calls = transformer_calls(load_model("llama-2-7b"), prefill_pass(3, 100), {});
    EXPECT_EQ(shown(calls, "lm_head"), "1 x gemm m=3 n=32000 k=4096 a=bf16 w=bf16 c=bf16");
    EXPECT_EQ(shown(calls, "q_proj"), "32 x gemm m=300 n=4096 k=4096 a=bf16 w=bf16 c=bf16");
}

TEST(TransformerGraph, NarrowsKeysAndValuesOfGroupedHeads) {
    for (const auto& [role, call, count] :
         transformer_calls(load_model("llama-3.1-8b"), decode_pass(1, 8), {})) {
        if (role == "k_proj" || role == "v_proj") {
            EXPECT_EQ(call.dimension("n"), 1024);
        }
        if (role == "rope") {
            EXPECT_EQ(call.dimension("heads"), 40);
        }
    }
}

TEST(TransformerGraph, KeepsHeadAndStreamWideWhenWeightsAreQuantised) {
    Precisions precisions;
    precisions.activations = precisions.weights = NumberFormat::parse("int8");
    for (const auto& [role, call, count] :
         transformer_calls(load_model("llama-2-7b"), decode_pass(1, 8), precisions)) {
        if (role == "q_proj") {
            EXPECT_EQ(call.text(), "gemm m=1 n=4096 k=4096 a=int8 w=int8 c=int32");
        }
        if (role == "lm_head") {
            EXPECT_EQ(call.operand("w").text(), "bf16");
        }
        if (role == "silu_mul") {
            EXPECT_EQ(call.operand("x").text(), "bf16");
        }
    }
}

TEST(TransformerGraph, MakesIntegersOfIntegersOnly) {
    Precisions precisions;
    precisions.activations = NumberFormat::parse("int8");
    for (const auto& [role, call, count] :
         transformer_calls(load_model("llama-2-7b"), decode_pass(1, 8), precisions))
        EXPECT_THAT(call.text(), testing::Not(HasSubstr("int32"))) << role;
}

TEST(TransformerGraph, AppliesSparsityToLayerWeightsOnly) {
    Precisions precisions;
    precisions.weight_sparsity = Sparsity::parse("2:4");
    for (const auto& [role, call, count] :
         transformer_calls(load_model("llama-2-7b"), decode_pass(1, 8), precisions))
        EXPECT_EQ(call.sparsity.is_dense(), call.op != "gemm" || role == "lm_head") << role;
}

TEST(TransformerGraph, RefusesPassesThatMakeNoSense) {
    const auto model = load_model("llama-2-7b");
    EXPECT_THROW((void)transformer_calls(model, prefill_pass(0, 8), {}), InputError);
    EXPECT_THROW((void)transformer_calls(model, prefill_pass(1, 0), {}), InputError);
    EXPECT_THAT([&] { (void)transformer_calls(model, decode_pass(1, 4097), {}); },
                ThrowsMessage<InputError>(testing::AllOf(HasSubstr("4097"), HasSubstr("4096"))));
}

TEST(MemoryNeed, OfLlama7BByHand) {
    const auto model = load_model("llama-2-7b");
    EXPECT_EQ(weight_bytes(model, {}), 2.0 * 6738415616.0);
    EXPECT_EQ(kv_bytes_per_token(model, {}), 524288.0);
    const auto need = memory_need(model, {}, 4, 1000, 24);
    EXPECT_EQ(need.kv_cache, 4.0 * 1024 * 524288);
    EXPECT_EQ(need.activations, 2.0 * (4000.0 * (2 * 4096 + 2 * 11008) + 4 * 32000));
    EXPECT_EQ(need.total(), need.weights + need.kv_cache + need.activations);
}

TEST(MemoryNeed, CountsScalesAndSparseIndices) {
    const auto model = load_model("llama-2-7b");
    Precisions int4;
    int4.weights = NumberFormat::parse("int4:g128");
    const double linear = model.layer_linear_parameters();
    const double rest = 2.0 * (2 * model.embedding_parameters() + model.norm_parameters());
    EXPECT_DOUBLE_EQ(weight_bytes(model, int4), linear * (4.0 + 16.0 / 128) / 8 + rest);
    Precisions sparse;
    sparse.weight_sparsity = Sparsity::parse("2:4");
    EXPECT_DOUBLE_EQ(weight_bytes(model, sparse), linear * 0.5 * (16 + 2) / 8 + rest);
}

}  // namespace
}  // namespace ridge::cost_model
