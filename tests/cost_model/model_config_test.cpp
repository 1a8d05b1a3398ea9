// SPDX-License-Identifier: Apache-2.0
#include "cost_model/network/model_config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "core/configs.hpp"
#include "core/error.hpp"
#include "cost_model/network/network.hpp"

namespace ridge::cost_model {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

Json llama_json() { return read_json_file(RIDGE_SOURCE_DIR "/configs/models/llama-2-7b.json"); }

ModelConfig model_of(const Json& json) { return model_from_json(JsonReader(json, "config.json"), "test"); }

Json json_of(const std::string& model) {
    return read_json_file(RIDGE_SOURCE_DIR "/configs/models/" + model + ".json");
}

Json without(const char* key, Json json = llama_json()) {
    json.erase(key);
    return json;
}

Json with(const char* key, const Json& value, Json json = llama_json()) {
    json[key] = value;
    return json;
}

Network network_of(const Json& json) { return network_from_json(JsonReader(json, "config.json"), "test"); }

// What reading it says; empty when it is read.
std::string refusal(const Json& json) {
    try {
        (void)network_of(json);
        return {};
    } catch (const InputError& error) {
        return error.what();
    }
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

// From the model cards and papers; docs/suites.md has the sources.
TEST(Models, HaveThePublishedNumberOfParameters) {
    for (const auto& [name, parameters] :
         std::vector<std::pair<const char*, double>>{{"llama-3.1-70b", 70553706496.0},
                                                     {"qwen2.5-7b", 7615616512.0},
                                                     {"qwen2.5-72b", 72706203648.0},
                                                     {"mixtral-8x7b", 46702792704.0},
                                                     {"bloom-176b", 176247271424.0},
                                                     {"bert-large", 335174458.0},
                                                     {"resnet-50", 25557032.0}})
        EXPECT_EQ(parameters_of(load_network(name)), parameters) << name;
    EXPECT_NEAR(parameters_of(load_network("deepseek-v3")), 671.0e9, 0.1e9);
    EXPECT_NEAR(parameters_of(load_network("gpt-3-175b")), 174.6e9, 0.1e9);
}

TEST(Models, AreAllReadable) {
    const auto names = list_configs("models");
    EXPECT_GE(names.size(), 13U);
    for (const auto& name : names) EXPECT_GT(parameters_of(load_network(name)), 1e6) << name;
}

TEST(Models, NameEveryMissingKey) {
    for (const auto& [model, keys] : std::vector<std::pair<const char*, std::vector<const char*>>>{
             {"mixtral-8x7b", {"num_local_experts", "num_experts_per_tok"}},
             {"deepseek-v3",
              {"kv_lora_rank", "qk_rope_head_dim", "qk_nope_head_dim", "v_head_dim", "n_routed_experts",
               "moe_intermediate_size"}},
             {"bloom-176b", {"hidden_size", "n_layer", "num_attention_heads", "vocab_size"}},
             {"gpt-3-175b", {"n_embd", "n_layer", "n_head", "n_positions"}},
             {"bert-large", {"hidden_size", "intermediate_size", "max_position_embeddings"}},
             {"resnet-50", {"embedding_size", "hidden_sizes", "depths", "num_channels", "num_labels"}}})
        for (const auto* key : keys)
            EXPECT_THAT(refusal(without(key, json_of(model))),
                        AllOf(HasSubstr("config.json"), HasSubstr(key)))
                << model;
}

TEST(Models, NameFileAndKeyOfATextPart) {
    auto json = json_of("gemma-3-4b");
    json["text_config"]["hidden_size"] = "wide";
    const auto file = std::filesystem::temp_directory_path() / "ridge-text-part.json";
    std::ofstream(file) << json;
    EXPECT_THAT([&] { (void)load_model(file.string()); },
                ThrowsMessage<InputError>(AllOf(HasSubstr(file.string()),
                                                HasSubstr("'text_config.hidden_size'"), HasSubstr("wide"))));
    std::filesystem::remove(file);
}

TEST(Models, RefuseWhatMakesNoSenseOrIsNotKnown) {
    struct Case {
        const char *model, *key;
        Json value;
    };
    for (const auto& [model, key, value] :
         std::vector<Case>{{"llama-2-7b", "hidden_act", "relu"},
                           {"llama-2-7b", "mlp_bias", true},
                           {"llama-2-7b", "architectures", Json::array()},
                           {"llama-2-7b", "architectures", {"LlamaForCausalLM", "LlamaForCausalLM"}},
                           {"qwen2.5-7b", "use_sliding_window", true},
                           {"mixtral-8x7b", "num_local_experts", 0},
                           {"mixtral-8x7b", "num_experts_per_tok", 9},
                           {"mixtral-8x7b", "sliding_window", -1},
                           {"deepseek-v3", "kv_lora_rank", 0},
                           {"deepseek-v3", "first_k_dense_replace", 62},
                           {"deepseek-v3", "moe_layer_freq", 2},
                           {"bloom-176b", "num_attention_heads", 113},
                           {"bloom-176b", "apply_residual_connection_post_layernorm", true},
                           {"gpt-3-175b", "activation_function", "relu"},
                           {"bert-large", "position_embedding_type", "relative_key"},
                           {"resnet-50", "layer_type", "basic"},
                           {"resnet-50", "depths", {3, 4, 6}},
                           {"resnet-50", "depths", {3, 4, 0, 3}},
                           {"resnet-50", "hidden_sizes", {254, 512, 1024, 2048}},
                           {"resnet-50", "image_size", 0}})
        EXPECT_THAT(refusal(with(key, value, json_of(model))),
                    AllOf(HasSubstr("config.json"), HasSubstr(key)))
            << model << " " << value.dump();
}

TEST(Models, SayWhatAnUnknownArchitectureWouldNeed) {
    EXPECT_THAT(refusal(with("architectures", {"MambaForCausalLM"})),
                AllOf(HasSubstr("MambaForCausalLM"), HasSubstr("selective scans"), HasSubstr("ResNet")));
    EXPECT_THAT(refusal(with("architectures", {"MyOwnForCausalLM"})), HasSubstr("MyOwnForCausalLM"));
}

TEST(Models, OfImagesAreNoLanguageModels) {
    EXPECT_THAT([] { (void)load_model("resnet-50"); },
                ThrowsMessage<InputError>(AllOf(HasSubstr("resnet-50"), HasSubstr("tokens"))));
}

TEST(Models, CountLabelsWhereTheFileOnlyNamesThem) {
    auto json = without("num_labels", json_of("resnet-50"));
    json["id2label"] = {{"0", "cat"}, {"1", "dog"}, {"2", "plane"}};
    EXPECT_EQ(std::get<ResNetConfig>(network_of(json)).num_labels, 3);
}

TEST(Models, ReadBloomInItsOldNames) {
    auto json = without("hidden_size", json_of("bloom-176b"));
    json["n_embed"] = 14336;
    json.erase("num_attention_heads");
    json["n_head"] = 112;
    EXPECT_EQ(parameters_of(network_of(json)), 176247271424.0);
}

}  // namespace
}  // namespace ridge::cost_model
