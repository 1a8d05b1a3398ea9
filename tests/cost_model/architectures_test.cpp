// SPDX-License-Identifier: Apache-2.0
// What the layers of each architecture become.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/error.hpp"
#include "cost_model/network/architectures.hpp"
#include "cost_model/network/memory_need.hpp"
#include "cost_model/network/model_calls.hpp"

namespace ridge::cost_model {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

class Graph {
  public:
    Graph(const char* model, const Pass& pass, const char* precision = "bf16")
        : calls_(transformer_calls(load_model(model), pass, parse_precisions(precision))) {}
    Graph(const ResNetConfig& model, std::int64_t batch)
        : calls_(resnet_calls(model, batch, parse_precisions("fp32"))) {}

    // "32 x gemm m=1 …"; empty when no call has the role.
    [[nodiscard]] std::string operator[](std::string_view role) const {
        const auto one = std::ranges::find(calls_, role, &NetworkCall::role);
        return one == calls_.end() ? "" : std::to_string(one->count) + " x " + one->call.text();
    }
    [[nodiscard]] const std::vector<NetworkCall>& calls() const { return calls_; }

  private:
    std::vector<NetworkCall> calls_;
};

TEST(Graph, OfLlamaDecodesOverPages) {
    const Graph graph("llama-3.1-8b", decode_pass(16, 4096));
    EXPECT_EQ(
        graph["attention"],
        "32 x attention_paged batch=16 heads=32 kv_heads=8 head_dim=128 context=4096 page=16 q=bf16 kv=bf16");
    EXPECT_EQ(graph["kv_append"], "32 x kv_append tokens=16 kv_heads=8 head_dim=128 page=16 x=bf16 kv=bf16");
    EXPECT_EQ(graph["first_norm"], "1 x rmsnorm rows=16 n=4096 x=bf16");
    EXPECT_EQ(graph["attention_norm"], "31 x add_rmsnorm rows=16 n=4096 x=bf16");
    EXPECT_EQ(graph["feed_forward_norm"], "32 x add_rmsnorm rows=16 n=4096 x=bf16");
    EXPECT_EQ(graph["embedding"], "1 x embedding rows=16 n=4096 vocab=128256 x=bf16");
    EXPECT_EQ(graph["sample"], "1 x sample rows=16 n=128256 k=50 x=bf16");
}

TEST(Graph, OfLlamaReadsAPromptWithoutPages) {
    const Graph graph("llama-3.1-8b", prefill_pass(1, 512));
    EXPECT_EQ(
        graph["attention"],
        "32 x attention batch=1 heads=32 kv_heads=8 head_dim=128 queries=512 context=512 q=bf16 kv=bf16");
    EXPECT_EQ(graph["kv_append"], "32 x kv_append tokens=512 kv_heads=8 head_dim=128 page=16 x=bf16 kv=bf16");
    EXPECT_EQ(graph["quantise_inner"], "");
}

TEST(Graph, QuantisesWhatGoesIntoLinearLayersOfEightBits) {
    const Graph graph("llama-2-7b", decode_pass(4, 64), "int8");
    EXPECT_EQ(graph["q_proj"], "32 x gemm m=4 n=4096 k=4096 a=int8:row w=int8:row c=bf16");
    EXPECT_EQ(graph["quantise_attention_input"], "32 x quantise rows=4 n=4096 x=bf16 y=int8:row");
    EXPECT_EQ(graph["quantise_inner"], "32 x quantise rows=4 n=11008 x=bf16 y=int8:row");
    EXPECT_EQ(graph["lm_head"], "1 x gemm m=4 n=32000 k=4096 a=bf16 w=bf16 c=bf16");
}

TEST(Graph, OfQwenHasBiasesOfQueriesKeysAndValues) {
    const Graph graph("qwen2.5-7b", decode_pass(1, 512), "w4");
    EXPECT_EQ(graph["k_proj"], "28 x gemm_bias m=1 n=512 k=3584 a=bf16 w=int4:g128 c=bf16");
    EXPECT_EQ(graph["o_proj"], "28 x gemm m=1 n=3584 k=3584 a=bf16 w=int4:g128 c=bf16");
}

TEST(Graph, OfMixtralSendsEachTokenToTwoExperts) {
    const Graph graph("mixtral-8x7b", decode_pass(16, 512));
    EXPECT_EQ(graph["router"], "32 x gemm m=16 n=8 k=4096 a=bf16 w=bf16 c=bf16");
    EXPECT_EQ(graph["router_top_k"], "32 x router_top_k rows=16 experts=8 k=2 x=bf16");
    EXPECT_EQ(graph["permute"], "32 x permute rows=16 n=4096 experts=8 k=2 x=bf16");
    EXPECT_EQ(graph["expert_gate_proj"],
              "32 x gemm_grouped experts=8 m=32 n=14336 k=4096 a=bf16 w=bf16 c=bf16");
    EXPECT_EQ(graph["expert_down_proj"],
              "32 x gemm_grouped experts=8 m=32 n=4096 k=14336 a=bf16 w=bf16 c=bf16");
    EXPECT_EQ(graph["unpermute"], "32 x unpermute rows=16 n=4096 experts=8 k=2 x=bf16");
    EXPECT_EQ(graph["gate_proj"], "");
}

TEST(Graph, OfDeepSeekDecodesOverLatentVectors) {
    const Graph graph("deepseek-v3", decode_pass(2, 4096));
    EXPECT_EQ(graph["q_a_proj"], "61 x gemm m=2 n=1536 k=7168 a=bf16 w=bf16 c=bf16");
    EXPECT_EQ(graph["q_b_proj"], "61 x gemm m=2 n=24576 k=1536 a=bf16 w=bf16 c=bf16");
    EXPECT_EQ(graph["kv_a_proj"], "61 x gemm m=2 n=576 k=7168 a=bf16 w=bf16 c=bf16");
    EXPECT_EQ(graph["kv_b_proj"], "");
    EXPECT_EQ(graph["absorb_keys"], "61 x gemm_batched batch=128 m=2 n=512 k=128 a=bf16 w=bf16 c=bf16");
    EXPECT_EQ(graph["attention"],
              "61 x attention_mla batch=2 heads=128 latent=512 rope=64 context=4096 q=bf16 kv=bf16");
    EXPECT_EQ(graph["expand_values"], "61 x gemm_batched batch=128 m=2 n=128 k=512 a=bf16 w=bf16 c=bf16");
    EXPECT_EQ(graph["rope"], "61 x rope_interleaved rows=2 heads=129 head_dim=64 x=bf16");
}

TEST(Graph, OfDeepSeekHasThreeDenseLayersAndOneSharedExpert) {
    const Graph graph("deepseek-v3", prefill_pass(1, 128));
    EXPECT_EQ(graph["gate_proj"], "3 x gemm m=128 n=18432 k=7168 a=bf16 w=bf16 c=bf16");
    EXPECT_EQ(graph["shared_gate_proj"], "58 x gemm m=128 n=2048 k=7168 a=bf16 w=bf16 c=bf16");
    EXPECT_EQ(graph["expert_up_proj"],
              "58 x gemm_grouped experts=256 m=1024 n=2048 k=7168 a=bf16 w=bf16 c=bf16");
    EXPECT_EQ(graph["kv_b_proj"], "61 x gemm m=128 n=32768 k=512 a=bf16 w=bf16 c=bf16");
    EXPECT_EQ(
        graph["attention"],
        "61 x attention batch=1 heads=128 kv_heads=128 head_dim=192 queries=128 context=128 q=bf16 kv=bf16");
}

TEST(Graph, OfBloomHasLayernormsBiasesAndNoRope) {
    const Graph graph("bloom-176b", decode_pass(1, 512));
    EXPECT_EQ(graph["qkv_proj"], "70 x gemm_bias m=1 n=43008 k=14336 a=bf16 w=bf16 c=bf16");
    EXPECT_EQ(graph["up_proj"], "70 x gemm_bias_gelu m=1 n=57344 k=14336 a=bf16 w=bf16 c=bf16");
    EXPECT_EQ(graph["down_proj"], "70 x gemm_bias m=1 n=14336 k=57344 a=bf16 w=bf16 c=bf16");
    EXPECT_EQ(graph["residual"], "140 x residual_add rows=1 n=14336 x=bf16");
    EXPECT_EQ(graph["embedding_norm"], "1 x layernorm rows=1 n=14336 x=bf16");
    EXPECT_EQ(graph["rope"], "");
    EXPECT_EQ(graph["position_embedding"], "");
}

TEST(Graph, OfGpt3LooksPositionsUp) {
    const Graph graph("gpt-3-175b", decode_pass(16, 2048));
    EXPECT_EQ(graph["position_embedding"], "1 x embedding rows=16 n=12288 vocab=2048 x=bf16");
    EXPECT_EQ(graph["qkv_proj"], "96 x gemm_bias m=16 n=36864 k=12288 a=bf16 w=bf16 c=bf16");
    EXPECT_EQ(graph["attention"],
              "96 x attention_paged batch=16 heads=96 kv_heads=96 head_dim=128 context=2048 page=16 q=bf16 "
              "kv=bf16");
}

TEST(Graph, OfBertSeesTheWholeText) {
    const Graph graph("bert-large", prefill_pass(2, 384), "fp32");
    EXPECT_EQ(graph["scores"], "24 x gemm_batched batch=32 m=384 n=384 k=64 a=fp32 w=fp32 c=fp32");
    EXPECT_EQ(graph["softmax"], "24 x softmax rows=12288 n=384 x=fp32");
    EXPECT_EQ(graph["weighted_values"], "24 x gemm_batched batch=32 m=384 n=64 k=384 a=fp32 w=fp32 c=fp32");
    EXPECT_EQ(graph["kv_append"], "");
    EXPECT_EQ(graph["lm_head"], "1 x gemm_bias m=768 n=30522 k=1024 a=fp32 w=fp32 c=fp32");
    EXPECT_EQ(graph["token_type_embedding"], "1 x embedding rows=768 n=1024 vocab=2 x=fp32");
    EXPECT_THAT([] { Graph("bert-large", decode_pass(1, 2)); },
                ThrowsMessage<InputError>(HasSubstr("encoder")));
}

TEST(Graph, LooksBackAWindowOnly) {
    auto model = load_model("mixtral-8x7b");
    model.window = 1024;
    const auto role = [&](const Pass& pass) {
        const auto calls = transformer_calls(model, pass, {});
        return std::ranges::find(calls, "attention", &NetworkCall::role)->call.text();
    };
    EXPECT_THAT(role(prefill_pass(1, 4096)),
                testing::AllOf(HasSubstr("attention_sliding"), HasSubstr("window=1024")));
    EXPECT_THAT(role(prefill_pass(1, 1024)), testing::StartsWith("attention batch"));
    EXPECT_THAT(role(decode_pass(1, 4096)), HasSubstr("context=1024"));
}

// Two operations for each weight that a token meets: of experts those chosen, of the embedding none.
TEST(Graph, TakesTwoOperationsForEachWeightInUse) {
    for (const auto& [name, weights] : std::vector<std::pair<const char*, double>>{
             {"qwen2.5-72b", 72706203648.0 - 152064.0 * 8192},
             {"mixtral-8x7b", 46702792704.0 - 32.0 * 6 * 3 * 4096 * 14336 - 32000.0 * 4096},
             {"bloom-176b", 176247271424.0},
             {"gpt-3-175b", 174604259328.0 - 2048.0 * 12288},
             {"deepseek-v3", 37.55e9 - 129280.0 * 7168}}) {
        const auto work = network_work(Graph(name, decode_pass(1, 1)).calls());
        EXPECT_NEAR(work.flop / (2 * weights), 1.0, 0.005) << name;
    }
}

// 4.1 GFLOP of multiply-adds counted once (He et al. 2015 say 3.8; with the stride in the 3x3
// convolutions 4.1), 8.2 of them counted as two.
TEST(Graph, OfResNet50HasItsConvolutions) {
    const auto model = std::get<ResNetConfig>(load_network("resnet-50"));
    const Graph graph(model, 1);
    EXPECT_EQ(graph["stem"],
              "1 x conv2d batch=1 height=224 width=224 channels=3 features=64 kernel=7 stride=2 x=fp32 "
              "w=fp32 y=fp32");
    EXPECT_EQ(graph["max_pool"],
              "1 x max_pool2d batch=1 height=112 width=112 channels=64 kernel=3 stride=2 x=fp32");
    EXPECT_EQ(graph["stage1_convolve"],
              "3 x conv2d batch=1 height=56 width=56 channels=64 features=64 kernel=3 stride=1 x=fp32 w=fp32 "
              "y=fp32");
    EXPECT_EQ(graph["stage2_convolve"],
              "1 x conv2d batch=1 height=56 width=56 channels=128 features=128 kernel=3 stride=2 x=fp32 "
              "w=fp32 y=fp32");
    EXPECT_EQ(graph["stage4_expand"],
              "3 x conv2d batch=1 height=7 width=7 channels=512 features=2048 kernel=1 stride=1 x=fp32 "
              "w=fp32 y=fp32");
    EXPECT_EQ(graph["stage4_residual"], "3 x residual_add rows=49 n=2048 x=fp32");
    EXPECT_EQ(graph["classifier"], "1 x gemm_bias m=1 n=1000 k=2048 a=fp32 w=fp32 c=fp32");
    EXPECT_NEAR(network_work(graph.calls()).flop, 2 * 4.1e9, 0.1e9);
    EXPECT_THROW((void)resnet_calls(model, 0, {}), InputError);
}

TEST(MemoryNeed, OfLatentVectorsAndExperts) {
    const auto model = load_model("deepseek-v3");
    EXPECT_EQ(kv_bytes_per_token(model, {}), 2.0 * 61 * 576);
    EXPECT_EQ(weight_bytes(model, {}), 2.0 * model.parameters());
    EXPECT_EQ(weight_bytes(load_model("mixtral-8x7b"), {}), 2.0 * 46702792704.0);
}

TEST(ModelCalls, StandOnceEachAndShareOutAllCalls) {
    ModelUse use;
    use.precisions = {parse_precisions("bf16"), parse_precisions("w4")};
    for (const char* name : {"llama-2-7b", "deepseek-v3"}) {
        const auto calls = model_calls(load_network(name), use);
        double share = 0;
        for (const auto& one : calls) {
            share += one.share;
            EXPECT_GT(one.share, 0);
            EXPECT_EQ(std::ranges::count_if(calls,
                                            [&](const ModelCall& other) {
                                                return other.call == one.call && other.cache == one.cache;
                                            }),
                      1)
                << one.call.text();
        }
        EXPECT_NEAR(share, 1.0, 1e-9);
    }
}

TEST(ModelCalls, AreDecodedColdAndReadWarm) {
    const auto calls =
        model_calls(load_network("llama-2-7b"), {.batches = {1}, .contexts = {64}, .prompts = {32}});
    for (const auto& [call, cache, share] : calls)
        if (call.op == "gemm" && call.dimension("n") == 11008) {
            EXPECT_EQ(cache, call.dimension("m") == 32 ? CacheState::warm : CacheState::cold) << call.text();
        }
}

TEST(ModelCalls, MeetTheHeadColdInPromptsToo) {
    for (const auto& [call, cache, share] : model_calls(load_network("llama-2-7b"), {}))
        if (call.op == "gemm" && call.dimension("n") == 32000) {
            EXPECT_EQ(cache, CacheState::cold) << call.text();
        }
}

TEST(ModelCalls, RefuseEmptyLists) {
    const auto network = load_network("llama-2-7b");
    EXPECT_THROW((void)model_calls(network, {.batches = {}}), InputError);
    EXPECT_THROW((void)model_calls(network, {.contexts = {}, .prompts = {}}), InputError);
    EXPECT_THROW((void)model_calls(network, {.precisions = {}}), InputError);
}

TEST(Precisions, HaveNamesAndFormats) {
    EXPECT_EQ(parse_precisions("w4").weights.text(), "int4:g128");
    EXPECT_EQ(parse_precisions("fp8").activations.text(), "fp8_e4m3");
    EXPECT_EQ(parse_precisions("fp32/int8:g64").kv.text(), "fp32");
    EXPECT_EQ(parse_precisions("bf16/int4:g64/int8").kv.text(), "int8");
    for (const char* word : {"", "bf17", "bf16/", "a/b/c/d"})
        EXPECT_THROW((void)parse_precisions(word), InputError) << word;
}

TEST(Graph, OfJambaScansByChannelAndHasExpertsInHalfOfTheLayers) {
    const Graph graph("jamba-v0.1", decode_pass(2, 100));
    EXPECT_EQ(graph["in_proj"], "28 x gemm m=2 n=16384 k=4096 a=bf16 w=bf16 c=bf16");
    EXPECT_EQ(graph["scan_proj"], "28 x gemm m=2 n=288 k=8192 a=bf16 w=bf16 c=bf16");
    EXPECT_EQ(graph["scan"], "28 x selective_scan batch=2 length=1 channels=8192 state=16 x=bf16");
    EXPECT_EQ(graph["gate_proj"], "16 x gemm m=2 n=14336 k=4096 a=bf16 w=bf16 c=bf16");
    EXPECT_EQ(graph["expert_gate_proj"],
              "16 x gemm_grouped experts=16 m=4 n=14336 k=4096 a=bf16 w=bf16 c=bf16");
    EXPECT_EQ(graph["rope"], "");
}

TEST(Graph, OfQwen3NextHasTheDeltaRuleAndGatedAttention) {
    const Graph graph("qwen3-next-80b-a3b", decode_pass(2, 100));
    EXPECT_EQ(graph["in_proj"], "36 x gemm m=2 n=12352 k=2048 a=bf16 w=bf16 c=bf16");
    EXPECT_EQ(graph["scan"],
              "72 x gated_linear_attention batch=2 heads=32 length=1 key_dim=128 value_dim=128 x=bf16");
    EXPECT_EQ(graph["q_proj"], "12 x gemm m=2 n=8192 k=2048 a=bf16 w=bf16 c=bf16");
    EXPECT_EQ(graph["output_gate"], "12 x silu_mul rows=2 n=4096 x=bf16");
    EXPECT_EQ(graph["shared_gate_proj"], "48 x gemm m=2 n=512 k=2048 a=bf16 w=bf16 c=bf16");
}

TEST(Graph, OfDeepSeekV32AttendsToWhatItsIndexChooses) {
    const Graph graph("deepseek-v3.2", decode_pass(2, 10000));
    EXPECT_EQ(graph["index_scores"], "61 x gemm_batched batch=2 m=64 n=10000 k=128 a=bf16 w=bf16 c=bf16");
    EXPECT_THAT(graph["attention"], HasSubstr("context=2048"));
    const Graph shorter("deepseek-v3.2", decode_pass(2, 1000));
    EXPECT_THAT(shorter["attention"], HasSubstr("context=1000"));
    const Graph prompt("deepseek-v3.2", prefill_pass(1, 8192));
    EXPECT_THAT(prompt["attention"], HasSubstr("window=2048"));
    EXPECT_THAT(prompt["index_scores"], HasSubstr("m=524288 n=4097 k=128"));
}

TEST(Graph, OfImagesAndTextIsTheTextPart) {
    const Graph graph("llama-4-maverick", decode_pass(2, 100));
    EXPECT_EQ(graph["expert_up_proj"],
              "24 x gemm_grouped experts=128 m=2 n=8192 k=5120 a=bf16 w=bf16 c=bf16");
    EXPECT_EQ(graph["up_proj"], "24 x gemm m=2 n=16384 k=5120 a=bf16 w=bf16 c=bf16");
    const auto gemma = load_model("gemma-3-4b");
    EXPECT_EQ(gemma.num_attention_heads, 8);
    EXPECT_EQ(gemma.windowed_layers(), 34 - 5);
    EXPECT_THAT(transformer_architectures(), testing::Contains("Gemma3ForConditionalGeneration"));
}

}  // namespace
}  // namespace ridge::cost_model
