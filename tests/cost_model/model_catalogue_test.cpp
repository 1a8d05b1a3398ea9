// SPDX-License-Identifier: Apache-2.0
// The models of configs/models: their sizes as published, and that each of them has a graph.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "core/configs.hpp"
#include "core/error.hpp"
#include "cost_model/network/memory_need.hpp"
#include "cost_model/network/network.hpp"
#include "cost_model/network/transformer_graph.hpp"

namespace ridge::cost_model {
namespace {

// Counts of the checkpoints, or the authors' rounded ones. Files of configs/models were written from
// published dimensions: a wrong one shows here. Of models of images and text the text alone; without layers
// that predict further tokens.
const std::map<std::string, double> published_parameters = {{"bamba-9b", 9.78e9},
                                                            {"bert-large", 335174458.0},
                                                            {"bloom-176b", 176247271424.0},
                                                            {"codellama-34b", 33743970304.0},
                                                            {"deepseek-r1", 671.03e9},
                                                            {"deepseek-v2", 235.7e9},
                                                            {"deepseek-v2-lite", 15.7e9},
                                                            {"deepseek-v3", 671.03e9},
                                                            {"deepseek-v3.2", 671.9e9},
                                                            {"falcon-180b", 179.5e9},
                                                            {"falcon-40b", 41303293952.0},
                                                            {"falcon-7b", 6921720704.0},
                                                            {"gemma-2-27b", 27227128320.0},
                                                            {"gemma-2-9b", 9241705984.0},
                                                            {"gemma-3-27b", 27.0e9},
                                                            {"gemma-3-4b", 3.88e9},
                                                            {"gemma-7b", 8537680896.0},
                                                            {"glm-4.5", 355e9},
                                                            {"gpt-3-175b", 174.6e9},
                                                            {"gpt-j-6b", 6050882784.0},
                                                            {"gpt-neox-20b", 20554567680.0},
                                                            {"gpt-oss-120b", 116.8e9},
                                                            {"gpt-oss-20b", 20.9e9},
                                                            {"internlm-20b", 20.1e9},
                                                            {"jamba-v0.1", 51570323328.0},
                                                            {"kimi-k2", 1.03e12},
                                                            {"llama-13b", 13015864320.0},
                                                            {"llama-2-13b", 13015864320.0},
                                                            {"llama-2-70b", 68976648192.0},
                                                            {"llama-2-7b", 6738415616.0},
                                                            {"llama-3-70b", 70553706496.0},
                                                            {"llama-3-8b", 8030261248.0},
                                                            {"llama-3.1-405b", 405853388800.0},
                                                            {"llama-3.1-70b", 70553706496.0},
                                                            {"llama-3.1-8b", 8030261248.0},
                                                            {"llama-3.2-1b", 1235814400.0},
                                                            {"llama-3.2-3b", 3212749824.0},
                                                            {"llama-3.3-70b", 70553706496.0},
                                                            {"llama-30b", 32528943616.0},
                                                            {"llama-4-maverick", 400e9},
                                                            {"llama-4-scout", 107.8e9},
                                                            {"llama-65b", 65285660672.0},
                                                            {"llama-7b", 6738415616.0},
                                                            {"mamba2-1.3b", 1.344e9},
                                                            {"mamba2-2.7b", 2.703e9},
                                                            {"minimax-m2", 228.7e9},
                                                            {"mistral-7b", 7241732096.0},
                                                            {"mistral-7b-v0.3", 7248023552.0},
                                                            {"mixtral-8x22b", 140.6e9},
                                                            {"mixtral-8x7b", 46702792704.0},
                                                            {"mpt-30b", 29.96e9},
                                                            {"mpt-7b", 6649286656.0},
                                                            {"opt-13b", 12853473280.0},
                                                            {"opt-175b", 175e9},
                                                            {"opt-30b", 29.97e9},
                                                            {"opt-6.7b", 6658473984.0},
                                                            {"opt-66b", 65.7e9},
                                                            {"phi-3-mini", 3821079552.0},
                                                            {"phi-4", 14659507200.0},
                                                            {"pythia-12b", 11846072320.0},
                                                            {"pythia-6.9b", 6857302016.0},
                                                            {"qwen2-72b", 72706203648.0},
                                                            {"qwen2-7b", 7615616512.0},
                                                            {"qwen2.5-1.5b", 1543714304.0},
                                                            {"qwen2.5-14b", 14770033664.0},
                                                            {"qwen2.5-32b", 32763876352.0},
                                                            {"qwen2.5-3b", 3085938688.0},
                                                            {"qwen2.5-72b", 72706203648.0},
                                                            {"qwen2.5-7b", 7615616512.0},
                                                            {"qwen3-14b", 14768307200.0},
                                                            {"qwen3-235b-a22b", 235.1e9},
                                                            {"qwen3-30b-a3b", 30.53e9},
                                                            {"qwen3-32b", 32762123264.0},
                                                            {"qwen3-4b", 4022468096.0},
                                                            {"qwen3-8b", 8190735360.0},
                                                            {"qwen3-next-80b-a3b", 80e9},
                                                            {"resnet-50", 25557032.0},
                                                            {"yi-34b", 34388917248.0}};

TEST(ModelCatalogue, HasTheParametersThatArePublished) {
    for (const auto& name : list_configs("models")) {
        ASSERT_TRUE(published_parameters.contains(name)) << name << ": no published count to compare with";
        const double parameters = published_parameters.at(name);
        EXPECT_NEAR(parameters_of(load_network(name)), parameters, 0.01 * parameters) << name;
    }
}

TEST(ModelCatalogue, HasAGraphOfEveryModel) {
    for (const auto& name : list_configs("models")) {
        const auto network = load_network(name);
        const auto* model = std::get_if<ModelConfig>(&network);
        if (!model || !model->causal) continue;
        EXPECT_GT(network_work(transformer_calls(*model, decode_pass(2, 100), {})).flop, 1e8) << name;
        EXPECT_GT(network_work(transformer_calls(*model, prefill_pass(1, 100), {})).flop, 1e9) << name;
    }
}

TEST(ModelCatalogue, CountsFlopOfAToken) {
    // Two for each weight that a token meets: 3.6e9 of gpt-oss-20b's 21e9 (its model card, which counts the
    // head and not the embedding).
    const auto model = load_model("gpt-oss-20b");
    const auto work = network_work(transformer_calls(model, decode_pass(1, 1), {}));
    EXPECT_NEAR(work.flop / 2, 3.6e9, 0.1e9);
}

TEST(ModelCatalogue, KeepsWindowsApart) {
    const auto model = load_model("gpt-oss-20b");
    const auto calls = transformer_calls(model, decode_pass(1, 4096), {});
    std::int64_t whole = 0, windowed = 0;
    for (const auto& one : calls) {
        if (one.role == "attention") whole = one.count * one.call.dimension("context");
        if (one.role == "attention_sliding") windowed = one.count * one.call.dimension("context");
    }
    EXPECT_EQ(whole, 12 * 4096);
    EXPECT_EQ(windowed, 12 * 128);
    // 12 layers grow, 12 keep their window.
    EXPECT_DOUBLE_EQ(kv_bytes_per_token(model, {}), 12 * 2.0 * 8 * 64 * 2);
    EXPECT_DOUBLE_EQ(state_bytes_per_sequence(model, {}), 128 * 12 * 2.0 * 8 * 64 * 2);
}

TEST(ModelCatalogue, OfRecurrentLayersKeepsAStateInsteadOfPositions) {
    const auto mamba = load_model("mamba2-2.7b");
    EXPECT_EQ(kv_bytes_per_token(mamba, {}), 0);
    EXPECT_GT(state_bytes_per_sequence(mamba, {}), 64.0 * 80 * 64 * 128 * 4);
    const auto hybrid = load_model("bamba-9b");
    EXPECT_DOUBLE_EQ(kv_bytes_per_token(hybrid, {}), 3 * 2.0 * 8 * 128 * 2);
    const auto one = network_work(transformer_calls(mamba, decode_pass(1, 10), {}));
    const auto later = network_work(transformer_calls(mamba, decode_pass(1, 100000), {}));
    EXPECT_DOUBLE_EQ(one.flop, later.flop);
}

TEST(ModelCatalogue, LeavesTheExpertsFormatToItself) {
    const auto model = load_model("gpt-oss-120b");
    Precisions narrow;
    narrow.expert_weights = NumberFormat::parse("int4:g128");
    EXPECT_LT(weight_bytes(model, narrow), 0.33 * weight_bytes(model, {}));
    // Attention stays wide: 36 layers of 2 · 2880 · (64 + 8) · 64 weights, and embedding and head.
    EXPECT_GT(weight_bytes(model, narrow), 116e9 / 2);
}

}  // namespace
}  // namespace ridge::cost_model
