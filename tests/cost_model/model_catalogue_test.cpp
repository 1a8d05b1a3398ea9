// SPDX-License-Identifier: Apache-2.0
// The models of configs/models: their sizes as published, and that each of them has a graph.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/configs.hpp"
#include "core/error.hpp"
#include "cost_model/network/memory_need.hpp"
#include "cost_model/network/network.hpp"
#include "cost_model/network/transformer_graph.hpp"

namespace ridge::cost_model {
namespace {

TEST(ModelCatalogue, HasTheParametersThatArePublished) {
    struct Published {
        const char* name;
        double parameters;
    };
    // Counts of the checkpoints, or the authors' rounded ones.
    for (const auto& [name, parameters] :
         {Published{"llama-65b", 65285660672.0}, Published{"llama-3.1-405b", 405853388800.0},
          Published{"llama-3.2-1b", 1235814400.0}, Published{"llama-3.2-3b", 3212749824.0},
          Published{"qwen2.5-14b", 14770033664.0}, Published{"qwen3-8b", 8190735360.0},
          Published{"qwen3-32b", 32762123264.0}, Published{"qwen3-30b-a3b", 30.5e9},
          Published{"qwen3-235b-a22b", 235e9}, Published{"mistral-7b", 7241732096.0},
          Published{"mixtral-8x22b", 140.6e9}, Published{"deepseek-v2", 236e9},
          Published{"deepseek-v2-lite", 15.7e9}, Published{"deepseek-r1", 671e9},
          Published{"kimi-k2", 1.03e12}, Published{"gpt-oss-20b", 20.9e9}, Published{"gpt-oss-120b", 116.8e9},
          Published{"opt-6.7b", 6658473984.0}, Published{"opt-66b", 65.7e9},
          Published{"gpt-j-6b", 6050882784.0}, Published{"falcon-7b", 6921720704.0},
          Published{"falcon-180b", 179.5e9}, Published{"mpt-7b", 6649286656.0}, Published{"mpt-30b", 29.96e9},
          Published{"internlm-20b", 20.1e9}, Published{"mamba2-2.7b", 2.703e9}, Published{"bamba-9b", 9.78e9},
          // 51,570,323,328 in the checkpoint; the next two without the layer
          // that predicts further tokens; of the last two the text alone.
          Published{"jamba-v0.1", 51570323328.0}, Published{"qwen3-next-80b-a3b", 80e9},
          Published{"deepseek-v3.2", 671.9e9}, Published{"llama-4-maverick", 400e9},
          Published{"gemma-3-4b", 3.88e9}})
        EXPECT_NEAR(parameters_of(load_network(name)), parameters, 0.01 * parameters) << name;
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
