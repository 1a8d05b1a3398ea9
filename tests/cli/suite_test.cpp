// SPDX-License-Identifier: Apache-2.0
// `ridge suite`, and that the suites made from models are what the command makes.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "program.hpp"

namespace {

using ridge::test::Outcome;
using ridge::test::read_file;
using ridge::test::run;
using ridge::test::Scratch;
using Json = nlohmann::json;
namespace fs = std::filesystem;

std::vector<std::string> make(std::vector<std::string> more) {
    std::vector<std::string> words = {"ridge", "suite", "make"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

std::vector<std::string> words_of(const std::string& line) {
    std::istringstream stream(line);
    return {std::istream_iterator<std::string>(stream), {}};
}

Json calls_of(std::vector<std::string> more) {
    const auto outcome = run(make(std::move(more)));
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return Json::parse(outcome.out).at("calls");
}

bool holds(const Json& calls, const std::string& text, const char* cache) {
    return std::ranges::any_of(
        calls, [&](const Json& one) { return one.at("call") == text && one.at("cache") == cache; });
}

TEST(SuiteMake, HasDecodeColdAndPrefillWarm) {
    const auto calls =
        calls_of({"--model", "llama-2-7b", "--batch", "4", "--context", "1000", "--prefill", "64"});
    EXPECT_TRUE(holds(calls, "gemm m=4 n=11008 k=4096 a=bf16 w=bf16 c=bf16", "cold"));
    EXPECT_TRUE(holds(calls, "gemm m=64 n=11008 k=4096 a=bf16 w=bf16 c=bf16", "warm"));
    double sum = 0;
    for (const auto& one : calls) sum += one.at("weight").get<double>();
    EXPECT_NEAR(sum, 1.0, 0.01);
}

// q, k, v and o projections have one shape: 4 of the calls of a layer.
TEST(SuiteMake, WeighsCallsByTheirShare) {
    const auto calls =
        calls_of({"--model", "llama-2-7b", "--batch", "1", "--context", "512", "--prefill", "64"});
    const auto weight = [&](const char* text) {
        const auto found =
            std::ranges::find_if(calls, [&](const Json& one) { return one.at("call") == text; });
        return found == calls.end() ? 0.0 : found->at("weight").get<double>();
    };
    EXPECT_NEAR(weight("gemm m=1 n=4096 k=4096 a=bf16 w=bf16 c=bf16"),
                4 * weight("gemm m=1 n=4096 k=11008 a=bf16 w=bf16 c=bf16"), 0.001);
}

TEST(SuiteMake, JoinsPrecisionsAndNamesWhatItMade) {
    const auto outcome = run(make({"--model", "llama-2-7b", "--precision", "fp32,w4,bf16/int4:g64", "--name",
                                   "My 7B", "--suite-version", "3"}));
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    const auto suite = Json::parse(outcome.out);
    EXPECT_EQ(suite.at("name"), "my-7b");
    EXPECT_EQ(suite.at("version"), 3);
    const auto& calls = suite.at("calls");
    EXPECT_TRUE(holds(calls, "gemm m=1 n=4096 k=4096 a=fp32 w=fp32 c=fp32", "cold"));
    EXPECT_TRUE(holds(calls, "gemm m=1 n=4096 k=4096 a=bf16 w=int4:g128 c=bf16", "cold"));
    EXPECT_TRUE(holds(calls, "gemm m=1 n=4096 k=4096 a=bf16 w=int4:g64 c=bf16", "cold"));
    EXPECT_NE(suite.at("description").get<std::string>().find("--precision fp32,w4,bf16/int4:g64"),
              std::string::npos);
}

TEST(SuiteMake, StaysWithinThePositionsOfTheModelUnlessAsked) {
    const auto outcome = run(make({"--model", "gpt-3-175b"}));
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(outcome.out.find("context=4096"), std::string::npos);
    EXPECT_EQ(run(make({"--model", "gpt-3-175b", "--context", "4096"})).code, 2);
}

TEST(SuiteMake, WritesAFileThatCanBeShown) {
    const Scratch scratch;
    const auto path = scratch.path("mine.json");
    const auto outcome = run(make({"--model", "bert-large", "--batch", "1", "--out", path}));
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(outcome.out, "");
    EXPECT_NE(outcome.err.find("mine.json"), std::string::npos);
    const auto shown = run({"ridge", "suite", "show", path, "--format", "json"});
    ASSERT_EQ(shown.code, 0) << shown.err;
    EXPECT_EQ(Json::parse(shown.out).at("suite").at("rows").size(),
              Json::parse(read_file(path)).at("calls").size());
}

TEST(SuiteMake, SaysThatItsFileCannotBeWritten) {
    const Scratch scratch;
    const auto outcome =
        run(make({"--model", "bert-large", "--batch", "1", "--out", scratch.path("no/such/x.json")}));
    EXPECT_EQ(outcome.code, 5);
    EXPECT_EQ(outcome.out, "");
    EXPECT_NE(outcome.err.find("no/such/x.json: cannot be written"), std::string::npos) << outcome.err;
}

TEST(SuiteMake, ReadsAHuggingFaceFolder) {
    const Scratch scratch;
    fs::create_directories(scratch.path("Tiny_Llama"));
    scratch.write("Tiny_Llama/config.json",
                  R"({"architectures": ["LlamaForCausalLM"], "hidden_size": 64, "intermediate_size": 176,
                      "num_hidden_layers": 2, "num_attention_heads": 4, "vocab_size": 100,
                      "max_position_embeddings": 256, "rope_scaling": {"type": "linear"}})");
    const auto outcome = run(make({"--model", scratch.path("Tiny_Llama")}));
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(Json::parse(outcome.out).at("name"), "tiny-llama");
}

TEST(SuiteList, ListsEverySuite) {
    const auto outcome = run({"ridge", "suite", "list", "--format", "json"});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    const auto rows = Json::parse(outcome.out).at("suites").at("rows");
    for (const char* name : {"demo", "smoke"})
        EXPECT_TRUE(std::ranges::any_of(rows, [&](const Json& row) { return row.at("name") == name; }))
            << name;
}

struct Wrong {
    const char* name;
    std::vector<std::string> words;
    std::vector<std::string> said;
};

void PrintTo(const Wrong& one, std::ostream* out) { *out << one.name; }

class WrongSuite : public testing::TestWithParam<Wrong> {};

TEST_P(WrongSuite, OneSentenceAndCode2) {
    const Scratch scratch;
    scratch.write("cut.json", "{\"architectures\": [");
    scratch.write("frog.json", R"({"architectures": ["FrogForCausalLM"]})");
    scratch.write("bare.json", R"({"architectures": ["MixtralForCausalLM"], "hidden_size": 64})");
    std::vector<std::string> words = {"ridge", "suite"};
    for (auto word : GetParam().words) {
        if (const auto at = word.find("{tmp}"); at != std::string::npos)
            word.replace(at, 5, scratch.path(""));
        words.push_back(word);
    }
    const auto outcome = run(words);
    EXPECT_EQ(outcome.code, 2);
    EXPECT_EQ(outcome.out, "");
    EXPECT_TRUE(outcome.err.starts_with("ridge: ")) << outcome.err;
    EXPECT_EQ(std::ranges::count(outcome.err, '\n'), 1) << outcome.err;
    for (const auto& part : GetParam().said)
        EXPECT_NE(outcome.err.find(part), std::string::npos) << part << " in: " << outcome.err;
}

std::vector<std::string> llama(std::vector<std::string> more) {
    std::vector<std::string> words = {"make", "--model", "llama-2-7b"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

const Wrong wrong[] = {
    {"nothing", {}, {"subcommand"}},
    {"no_model", {"make"}, {"--model"}},
    {"unknown_model", {"make", "--model", "llama-2-7c"}, {"llama-2-7b"}},
    {"missing_file", {"make", "--model", "{tmp}none.json"}, {"none.json"}},
    {"folder_without_config", {"make", "--model", "{tmp}"}, {"config.json"}},
    {"not_json", {"make", "--model", "{tmp}cut.json"}, {"cut.json", "line 1"}},
    {"unknown_architecture", {"make", "--model", "{tmp}frog.json"}, {"FrogForCausalLM", "LlamaForCausalLM"}},
    {"missing_key", {"make", "--model", "{tmp}bare.json"}, {"bare.json", "intermediate_size"}},
    {"zero_batch", llama({"--batch", "0"}), {"batch is 0"}},
    {"negative_context", llama({"--context", "-1"}), {"-1"}},
    {"zero_prefill", llama({"--prefill", "0"}), {"0 new tokens"}},
    {"no_number", llama({"--batch", "1,many"}), {"many"}},
    {"beyond_the_positions", llama({"--context", "5000"}), {"5000", "4096"}},
    {"zero_page", llama({"--page", "0"}), {"page"}},
    {"unknown_precision", llama({"--precision", "bf17"}), {"bf17", "bf16"}},
    {"unknown_format", llama({"--precision", "bf16/int5"}), {"int5"}},
    {"unknown_sparsity", llama({"--sparsity", "half"}), {"half"}},
    {"group_does_not_fit", llama({"--precision", "bf16/int4:g96"}), {"multiple", "96"}},
    {"version_zero", llama({"--suite-version", "0"}), {"suite-version"}},
    {"context_of_images", {"make", "--model", "resnet-50", "--context", "512"}, {"--context", "resnet-50"}},
    {"context_of_an_encoder", {"make", "--model", "bert-large", "--context", "512"}, {"--context"}},
    {"show_unknown", {"show", "demp"}, {"demp", "demo"}},
    {"show_no_suite", {"show", "{tmp}frog.json"}, {"frog.json"}},
};

INSTANTIATE_TEST_SUITE_P(Cli, WrongSuite, testing::ValuesIn(wrong),
                         [](const auto& test) { return test.param.name; });

std::set<std::string> operators_in(const Json& rows, const char* key) {
    std::set<std::string> out;
    for (const auto& row : rows) {
        const auto text = row.at(key).get<std::string>();
        out.insert(text.substr(0, text.find(' ')));
    }
    return out;
}

// What docs/suites.md promises.
TEST(StandardSuite, IsBounded) {
    const auto outcome = run({"ridge", "suite", "show", "standard", "--format", "json"});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    const auto rows = Json::parse(outcome.out).at("suite").at("rows");
    EXPECT_LE(rows.size(), 150U);
    for (const auto& row : rows) {
        EXPECT_LE(row.at("flop").get<double>(), 20e9) << row.at("call");
        EXPECT_LE(row.at("bytes").get<double>(), 0.5e9) << row.at("call");
    }
}

TEST(StandardSuite, HasEveryOperatorThatHasKernels) {
    const auto worker = std::string(RIDGE_BINARY_DIR) + "/ridge-worker-host";
    if (!fs::exists(worker)) GTEST_SKIP() << "built without kernels";
    const auto known = run({"ridge", "operators", "--worker", worker, "--format", "json"});
    ASSERT_EQ(known.code, 0) << known.err;
    const auto suite = run({"ridge", "suite", "show", "standard", "--format", "json"});
    const auto there = operators_in(Json::parse(suite.out).at("suite").at("rows"), "call");
    const auto runnable = operators_in(Json::parse(known.out).at("implementations").at("rows"), "operator");
    for (const auto& op : runnable) EXPECT_TRUE(there.contains(op)) << op;
    for (const auto& op : there) EXPECT_TRUE(runnable.contains(op)) << op << " has no kernels";
}

// A suite whose description says how it was made has to be what that makes.
TEST(Suites, OfModelsAreWhatTheCommandMakes) {
    const std::string made_by = "Made by: ";
    std::size_t found = 0;
    for (const auto& entry : fs::directory_iterator(std::string(RIDGE_SOURCE_DIR) + "/configs/suites")) {
        const auto content = read_file(entry.path().string());
        const auto description = Json::parse(content).at("description").get<std::string>();
        const auto at = description.find(made_by);
        if (at == std::string::npos) continue;
        const auto command = description.substr(at + made_by.size());
        const auto outcome = run(words_of(command));
        EXPECT_EQ(outcome.code, 0) << outcome.err;
        EXPECT_TRUE(outcome.out == content) << entry.path() << " is not what '" << command
                                            << "' makes; scripts/make-suites writes all of them";
        ++found;
    }
    EXPECT_GE(found, 13U);
}

}  // namespace
