// SPDX-License-Identifier: Apache-2.0
// Every wrong input ends with one sentence that names what is wrong, and the documented exit code.
#include <gtest/gtest.h>

#include "program.hpp"

namespace {

using ridge::test::Outcome;
using ridge::test::run;
using ridge::test::Scratch;

struct Case {
    const char* name;
    std::vector<std::string> arguments;
    int code;
    std::vector<std::string> said;  // each has to occur on stderr
};

void PrintTo(const Case& one, std::ostream* out) { *out << one.name; }

class BadInput : public testing::TestWithParam<Case> {};

TEST_P(BadInput, OneSentenceAndTheExitCode) {
    const auto& [name, arguments, code, said] = GetParam();
    const Scratch scratch;
    auto words = arguments;
    words.insert(words.begin(), "ridge");
    for (auto& word : words)
        if (const auto at = word.find("{tmp}"); at != std::string::npos)
            word.replace(at, 5, scratch.path(""));
    const auto outcome = run(words);
    EXPECT_EQ(outcome.code, code) << outcome.err;
    EXPECT_EQ(outcome.out, "");
    EXPECT_TRUE(outcome.err.starts_with("ridge: ")) << outcome.err;
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
    for (const auto& part : said)
        EXPECT_NE(outcome.err.find(part), std::string::npos) << part << " in: " << outcome.err;
}

std::vector<std::string> cost(std::vector<std::string> more) {
    std::vector<std::string> words = {"cost", "--device", "h100-sxm"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

std::vector<std::string> predict(std::vector<std::string> call) {
    std::vector<std::string> words = {"predict", "--device", "h100-sxm"};
    words.insert(words.end(), call.begin(), call.end());
    return words;
}

std::vector<std::string> calibrate(std::vector<std::string> more) {
    if (more.front() != "--device") more.insert(more.begin(), {"--device", "h200-sxm"});
    more.insert(more.begin(), {"calibrate", "--suite", "smoke"});
    return more;
}

const Case cases[] = {
    {"no_command", {}, 2, {"subcommand"}},
    {"unknown_command", {"frobnicate"}, 2, {"frobnicate"}},
    {"unknown_option", {"operators", "--colour"}, 2, {"--colour"}},
    {"unknown_format", {"operators", "--format", "xml"}, 2, {"xml", "table", "json", "csv"}},
    {"unknown_device", {"cost", "--device", "h100-sxn"}, 2, {"h100-sxn", "h100-sxm"}},
    {"unknown_model", cost({"--model", "llama-2-7c"}), 2, {"llama-2-7c", "llama-2-7b"}},
    {"unknown_workload", cost({"--workload", "chaz"}), 2, {"chaz", "chat"}},
    {"unknown_precision", cost({"--weights", "bf17"}), 2, {"bf17", "bf16"}},
    {"broken_group", cost({"--weights", "int4:x128"}), 2, {"int4:x128", "int4:g128"}},
    {"unknown_sparsity", cost({"--sparsity", "half"}), 2, {"half", "2:4"}},
    {"zero_batch", cost({"--batch", "0"}), 2, {"batch"}},
    {"negative_prompt", cost({"--prompt", "-5"}), 2, {"prompt"}},
    {"text_for_a_number", cost({"--batch", "many"}), 2, {"many"}},
    {"context_beyond_the_model", cost({"--prompt", "100000"}), 2, {"4096"}},
    {"negative_price", cost({"--price", "-1"}), 2, {"price"}},
    {"price_is_no_number", cost({"--price", "cheap"}), 2, {"cheap"}},
    {"price_of_another_device", cost({"--price", "a100=2"}), 2, {"a100", "h100-sxm"}},
    {"impossible_pue", cost({"--pue", "0.5"}), 2, {"0.5"}},
    {"impossible_parallelism", cost({"--parallel", "tp3"}), 2, {"tp3", "32 heads"}},
    {"parallelism_twice", cost({"--parallel", "tp8 tp4"}), 2, {"tp8 tp4", "tp twice"}},
    {"batch_beyond_memory", cost({"--batch", "10000"}), 2, {"TiB more", "with --batch 156\n"}},
    {"unknown_parallelism", cost({"--parallel", "xp2"}), 2, {"xp2", "tp, pp, ep, dp or cp"}},
    {"more_stages_than_layers", cost({"--parallel", "pp40"}), 2, {"pp40", "32 layers"}},
    {"link_without_bandwidth", cost({"--parallel", "tp2", "--link-bandwidth", "0"}), 2, {"link bandwidth"}},
    {"unknown_engine", cost({"--engine", "motor"}), 2, {"motor"}},
    {"unknown_lever", cost({"--lever", "weigths=int4"}), 2, {"weigths", "weights"}},
    {"lever_without_its_value", cost({"--lever", "price"}), 2, {"price", "USD/h"}},
    {"lever_beyond_its_range", cost({"--lever", "prefix-cache=2"}), 2, {"prefix-cache=2", "0.999"}},
    {"ladder_without_rungs", cost({"--ladder"}), 2, {"--lever"}},
    {"efficiency_above_one", cost({"--memory-efficiency", "1.5"}), 2, {"1.5"}},
    {"unknown_operator", predict({"gem", "m=1"}), 2, {"gem", "gemm"}},
    {"zero_shape", predict({"gemm", "m=0", "n=4", "k=4", "a=fp32", "w=fp32", "c=fp32"}), 2, {"m is 0"}},
    {"missing_dimension",
     predict({"gemm", "m=1", "n=4", "a=fp32", "w=fp32", "c=fp32"}),
     2,
     {"'k' is missing"}},
    {"unknown_dimension",
     predict({"gemm", "m=1", "n=4", "k=4", "q=4", "a=fp32", "w=fp32", "c=fp32"}),
     2,
     {"'q'", "m, n, k"}},
    {"call_precision",
     predict({"gemm", "m=1", "n=4", "k=4", "a=fp31", "w=fp32", "c=fp32"}),
     2,
     {"fp31", "fp32"}},
    {"beyond_memory",
     predict({"gemm", "m=99999999", "n=99999999", "k=4", "a=fp32", "w=fp32", "c=fp32"}),
     2,
     {"2^40"}},
    {"sparsity_does_not_fit",
     predict({"gemm", "m=1", "n=4", "k=6", "a=fp32", "w=fp32", "c=fp32", "sparsity=2:4"}),
     2,
     {"multiple of 4"}},
    {"no_store_to_train_on", {"train", "--db", "{tmp}none.db"}, 2, {"none.db"}},
    {"nothing_to_calibrate", calibrate({"--budget", "0"}), 2, {"budget"}},
    {"less_than_nothing_to_calibrate", calibrate({"--budget", "-3"}), 2, {"budget", "-3"}},
    {"calibrate_a_processor_by_accelerators",
     calibrate({"--device", "xeon-6980p"}),
     2,
     {"xeon-6980p, a cpu", "ridge tune"}},
    {"no_store_to_export", {"export", "--db", "{tmp}none.db"}, 2, {"none.db"}},
    {"this_without_a_store", {"cost"}, 2, {"none.db", "ridge roof"}},
    {"store_that_is_not_there", {"cost", "--db", "{tmp}gone.db", "--device", "h100-sxm"}, 2, {"gone.db"}},
    {"path_too_long", {"store", "--db", std::string(300, 'x')}, 2, {"xxx"}},
    {"format_before_work", {"train", "--db", "{tmp}none.db", "--format", "xml"}, 2, {"xml"}},
    {"folder_that_is_not_there",
     {"roof", "--db", "{tmp}no/such/folder/x.db", "--worker", "/bin/true"},
     2,
     {"no/such/folder"}},
    {"import_nothing", {"import", "--db", "{tmp}none.db", "{tmp}none.json"}, 2, {"none"}},
    {"worker_missing",
     {"tune", "--db", "{tmp}a.db", "--suite", "smoke", "--worker", "{tmp}no-worker"},
     5,
     {"no-worker"}},
    {"worker_silent",
     {"tune", "--db", "{tmp}a.db", "--suite", "smoke", "--worker", "/bin/true"},
     5,
     {"/bin/true"}},
    {"worker_rubbish",
     {"tune", "--db", "{tmp}a.db", "--suite", "smoke", "--worker", "/bin/echo hello"},
     2,
     {"hello"}},
    {"unknown_suite", {"tune", "--db", "{tmp}a.db", "--suite", "demp"}, 2, {"demp", "demo"}},
    {"nothing_to_resume", {"tune", "--db", "{tmp}a.db", "--resume"}, 2, {"no unfinished campaign"}},
    {"resume_unknown",
     {"tune", "--db", "{tmp}a.db", "--resume", "0123", "--worker", "{tmp}no-worker"},
     2,
     {"no campaign '0123'"}},
    {"unknown_searcher",
     {"tune", "--db", "{tmp}a.db", "--suite", "smoke", "--searcher", "genetik", "--worker", "{tmp}no-worker"},
     2,
     {"genetik", "genetic"}},
    {"no_configurations",
     {"tune", "--db", "{tmp}a.db", "--suite", "smoke", "--max-configs", "-1", "--worker", "{tmp}no-worker"},
     2,
     {"max_configs is -1"}},
};

INSTANTIATE_TEST_SUITE_P(Cli, BadInput, testing::ValuesIn(cases),
                         [](const auto& test) { return test.param.name; });

TEST(BadStore, IsNamedAndLeftAsItWas) {
    const Scratch scratch;
    for (const std::string& content : {std::string("not a store at all"), std::string(5000, 'x'),
                                       std::string("SQLite format 3\0garbage", 23)}) {
        const auto path = scratch.write("broken.db", content);
        const auto outcome = run({"ridge", "store", "--db", path});
        EXPECT_EQ(outcome.code, 2) << outcome.err;
        EXPECT_NE(outcome.err.find("broken.db"), std::string::npos) << outcome.err;
        EXPECT_EQ(ridge::test::read_file(path), content);
    }
}

TEST(BadModel, NamesFileKeyAndValue) {
    const Scratch scratch;
    const auto cut = scratch.write("cut.json", R"({"hidden_size": 4096, )");
    EXPECT_NE(run({"ridge", "cost", "--device", "h100-sxm", "--model", cut}).err.find("line 1"),
              std::string::npos);
    const auto missing =
        scratch.write("missing.json", R"({"architectures": ["LlamaForCausalLM"], "hidden_size": 4096})");
    const auto outcome = run({"ridge", "cost", "--device", "h100-sxm", "--model", missing});
    EXPECT_EQ(outcome.code, 2);
    EXPECT_NE(outcome.err.find("missing.json"), std::string::npos) << outcome.err;
    const auto other =
        scratch.write("other.json", R"({"architectures": ["WhisperForConditionalGeneration"]})");
    EXPECT_NE(run({"ridge", "cost", "--device", "h100-sxm", "--model", other}).err.find("Whisper"),
              std::string::npos);
}

}  // namespace
