// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "core/error.hpp"
#include "cost_model/network/decoder_graph.hpp"
#include "cost_model/network/memory_need.hpp"

namespace ridge::cost_model {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

Json llama_json() { return read_json_file(RIDGE_SOURCE_DIR "/configs/models/llama-2-7b.json"); }

ModelConfig model_of(const Json& json) { return model_from_json(JsonReader(json, "config.json"), "test"); }

Json without(const char* key) {
    auto json = llama_json();
    json.erase(key);
    return json;
}

Json with(const char* key, const Json& value) {
    auto json = llama_json();
    json[key] = value;
    return json;
}

TEST(ModelConfig, HasThePublishedNumberOfParameters) {
    EXPECT_EQ(load_model("llama-2-7b").parameters(), 6738415616.0);
    EXPECT_EQ(load_model("llama-2-13b").parameters(), 13015864320.0);
    EXPECT_EQ(load_model("llama-2-70b").parameters(), 68976648192.0);
    EXPECT_EQ(load_model("llama-3.1-8b").parameters(), 8030261248.0);
}

TEST(ModelConfig, SharesTheEmbeddingTableWhereItSaysSo) {
    const double separate = model_of(llama_json()).parameters();
    const double tied = model_of(with("tie_word_embeddings", true)).parameters();
    EXPECT_EQ(separate - tied, 32000.0 * 4096);
}

TEST(ModelConfig, FillsInWhatOldFilesLeaveOut) {
    const auto model = model_of(without("num_key_value_heads"));
    EXPECT_EQ(model.num_key_value_heads, 32);
    EXPECT_EQ(model.head_dim, 128);
}

TEST(ModelConfig, NamesTheMissingKeyAndTheFile) {
    for (const char* key :
         {"hidden_size", "intermediate_size", "num_hidden_layers", "vocab_size", "architectures"}) {
        const auto json = without(key);
        EXPECT_THAT([&] { (void)model_of(json); },
                    ThrowsMessage<InputError>(testing::AllOf(HasSubstr("config.json"), HasSubstr(key))));
    }
}

TEST(ModelConfig, RefusesAnUnknownArchitectureByName) {
    const auto json = with("architectures", {"MambaForCausalLM"});
    EXPECT_THAT([&] { (void)model_of(json); },
                ThrowsMessage<InputError>(
                    testing::AllOf(HasSubstr("MambaForCausalLM"), HasSubstr("LlamaForCausalLM"))));
}

TEST(ModelConfig, RefusesDimensionsThatMakeNoSense) {
    for (const auto& json :
         {with("hidden_size", 0), with("num_hidden_layers", -1), with("vocab_size", "many"),
          with("num_attention_heads", 33), with("num_key_value_heads", 5), with("hidden_size", 1e300)})
        EXPECT_THROW((void)model_of(json), InputError) << json.dump();
}

TEST(ModelConfig, RefusesSizesThatWouldOverflow) {
    for (const char* key : {"num_hidden_layers", "hidden_size", "num_attention_heads", "vocab_size"})
        EXPECT_THAT([&] { (void)model_of(with(key, std::int64_t{1} << 31)); },
                    ThrowsMessage<InputError>(
                        testing::AllOf(HasSubstr("config.json"), HasSubstr(key), HasSubstr("2147483648"))));
}

TEST(MemoryNeed, OfTheLargestModelIsPositive) {
    ModelConfig model = load_model("llama-2-7b");
    model.num_hidden_layers = model.num_key_value_heads = model.head_dim = std::int64_t{1} << 31;
    EXPECT_DOUBLE_EQ(kv_bytes_per_token(model, {}), 4.0 * 0x1p93);
}

TEST(ModelConfig, ReadsAHuggingFaceFolder) {
    const auto folder = std::filesystem::path(testing::TempDir()) / "Tiny-Llama";
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "config.json") << llama_json().dump();
    EXPECT_EQ(load_model(folder.string()).name, "Tiny-Llama");
    EXPECT_EQ(load_model((folder / "config.json").string()).name, "Tiny-Llama");
    std::ofstream(folder / "config.json") << "{\"hidden_size\": ";
    EXPECT_THAT([&] { (void)load_model(folder.string()); },
                ThrowsMessage<InputError>(HasSubstr("config.json")));
}

TEST(ModelConfig, SuggestsTheNearestName) {
    EXPECT_THAT([] { (void)load_model("llama-2-8b"); }, ThrowsMessage<InputError>(HasSubstr("llama-2-7b")));
}

TEST(DecoderGraph, OfOneTokenTakesTwoFlopPerParameter) {
    const auto model = load_model("llama-2-7b");
    const auto work = network_work(decoder_calls(model, decode_pass(1, 1), {}));
    // Every linear weight and lm_head is used once; the embedding table is only looked up.
    const double used = model.layer_linear_parameters() + model.embedding_parameters();
    EXPECT_EQ(used, 6607077376.0);
    EXPECT_GT(work.flop, 2.0 * used);
    EXPECT_LT(work.flop, 2.0 * used * 1.001);
}

TEST(DecoderGraph, ReadsAllWeightsAndTheCacheOnceAToken) {
    const auto model = load_model("llama-2-7b");
    const double context_1 = network_work(decoder_calls(model, decode_pass(1, 1), {})).bytes;
    const double context_2 = network_work(decoder_calls(model, decode_pass(1, 2), {})).bytes;
    EXPECT_EQ(context_2 - context_1, 524288.0);  // 2 · 32 layers · 32 heads · 128 · 2 bytes
    EXPECT_GT(context_1, 2.0 * 6607077376.0);
    EXPECT_LT(context_1, 2.0 * 6607077376.0 * 1.002);
}

TEST(DecoderGraph, ComputesLogitsOfLastPositionsOnly) {
    const auto calls = decoder_calls(load_model("llama-2-7b"), prefill_pass(3, 100), {});
    EXPECT_EQ(calls.back().role, "lm_head");
    EXPECT_EQ(calls.back().call.dimension("m"), 3);
    EXPECT_EQ(calls[2].role, "q_proj");
    EXPECT_EQ(calls[2].call.dimension("m"), 300);
    EXPECT_EQ(calls[2].count, 32);
}

TEST(DecoderGraph, NarrowsKeysAndValuesOfGroupedHeads) {
    for (const auto& [role, call, count] : decoder_calls(load_model("llama-3.1-8b"), decode_pass(1, 8), {})) {
        if (role == "k_proj" || role == "v_proj") {
            EXPECT_EQ(call.dimension("n"), 1024);
        }
        if (role == "rope") {
            EXPECT_EQ(call.dimension("heads"), 40);
        }
    }
}

TEST(DecoderGraph, KeepsHeadAndStreamWideWhenWeightsAreQuantised) {
    Precisions precisions;
    precisions.activations = precisions.weights = NumberFormat::parse("int8");
    for (const auto& [role, call, count] :
         decoder_calls(load_model("llama-2-7b"), decode_pass(1, 8), precisions)) {
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

TEST(DecoderGraph, MakesIntegersOfIntegersOnly) {
    Precisions precisions;
    precisions.activations = NumberFormat::parse("int8");
    for (const auto& [role, call, count] :
         decoder_calls(load_model("llama-2-7b"), decode_pass(1, 8), precisions))
        EXPECT_THAT(call.text(), testing::Not(HasSubstr("int32"))) << role;
}

TEST(DecoderGraph, AppliesSparsityToLayerWeightsOnly) {
    Precisions precisions;
    precisions.weight_sparsity = Sparsity::parse("2:4");
    for (const auto& [role, call, count] :
         decoder_calls(load_model("llama-2-7b"), decode_pass(1, 8), precisions))
        EXPECT_EQ(call.sparsity.is_dense(), call.op != "gemm" || role == "lm_head") << role;
}

TEST(DecoderGraph, RefusesPassesThatMakeNoSense) {
    const auto model = load_model("llama-2-7b");
    EXPECT_THROW((void)decoder_calls(model, prefill_pass(0, 8), {}), InputError);
    EXPECT_THROW((void)decoder_calls(model, prefill_pass(1, 0), {}), InputError);
    EXPECT_THAT([&] { (void)decoder_calls(model, decode_pass(1, 4097), {}); },
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
