// SPDX-License-Identifier: Apache-2.0
// `ridge import` as a user runs it.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "program.hpp"

namespace {

using ridge::test::run;
using Json = nlohmann::json;
namespace fs = std::filesystem;

class Import : public testing::Test {
  protected:
    void SetUp() override {
        put("data/h100_sxm/gemm_trtllm_1.0.csv",
            "gemm_dtype,m,n,k,latency\nbfloat16,8,256,128,0.5\nfp8,8,256,128,0\n");
        put("data/Tesla_T4/ln.csv", "op,B,H,latency_ms\nln,3,4,0.5\n");
    }
    void put(const std::string& name, const std::string& content) {
        fs::create_directories((folder_ / name).parent_path());
        std::ofstream(folder_ / name) << content;
    }
    auto import(std::vector<std::string> words) {
        words.insert(words.begin(),
                     {"ridge", "import", "--db", (folder_ / "store.db").string(), "--format", "json"});
        return run(words);
    }
    std::string path(const std::string& name) const { return (folder_ / name).string(); }
    ridge::test::Scratch scratch_;
    fs::path folder_ = scratch_.path("work");
};

TEST_F(Import, AFolderTwiceAndWhatIsSetAside) {
    const auto first = import({path("data")});
    EXPECT_EQ(first.code, 0) << first.err;
    const auto tables = Json::parse(first.out);
    ASSERT_EQ(tables.at("imported").at("rows").size(), 2U);
    EXPECT_EQ(tables.at("imported").at("rows")[0].at("device"), "t4");
    EXPECT_EQ(tables.at("imported").at("rows")[1].at("measurements_added"), 1);
    EXPECT_EQ(tables.at("set_aside").at("rows")[0].at("rule"), "time");
    EXPECT_NE(first.err.find("2 measurements added, 1 times set aside"), std::string::npos) << first.err;
    const auto second = import({path("data")});
    EXPECT_NE(second.err.find(" 0 measurements added"), std::string::npos) << second.err;
}

TEST_F(Import, AFileThatIsNoTableInAFolderLeavesTheOthers) {
    put("data/x.csv", "a,b\n1,2\n");
    const auto outcome = import({path("data")});
    EXPECT_EQ(outcome.code, 4);
    EXPECT_NE(outcome.err.find("x.csv: its columns are of no table that is known"), std::string::npos)
        << outcome.err;
    EXPECT_NE(outcome.err.find("2 measurements added"), std::string::npos) << outcome.err;
    EXPECT_EQ(import({path("data/x.csv")}).code, 2);
}

TEST_F(Import, ARecordedSpaceAndAnotherStore) {
    put("cache.json",
        R"({"device_name":"NVIDIA L4","kernel_name":"add","problem_size":4096,"tune_params_keys":["b"],)"
        R"("tune_params":{"b":[32,64]},"objective":"time","cache":{"32":{"b":32,"time":0.5},)"
        R"("64":{"b":64,"time":"InvalidConfig"}}})");
    const auto space = import({path("cache.json")});
    EXPECT_EQ(space.code, 0) << space.err;
    EXPECT_EQ(Json::parse(space.out).at("imported").at("rows")[0].at("device"), "l4");
    EXPECT_EQ(Json::parse(space.out).at("imported").at("rows")[0].at("measurements_added"), 2);
    const auto merged =
        run({"ridge", "import", "--db", path("other.db"), "--format", "json", path("store.db")});
    EXPECT_EQ(Json::parse(merged.out).at("imported").at("rows")[0].at("measurements_added"), 2) << merged.err;
    const auto exported = run({"ridge", "export", "measurements", "--db", path("other.db")});
    EXPECT_NE(exported.out.find("program:add size0=4096"), std::string::npos) << exported.out;
}

TEST_F(Import, ListsItsRulesAndRefusesUnknownOnes) {
    const auto rules = run({"ridge", "import", "--rules", "--format", "csv"});
    EXPECT_EQ(rules.code, 0);
    EXPECT_NE(rules.out.find("below-floor,--keep below-floor"), std::string::npos) << rules.out;
    EXPECT_EQ(import({"--keep", "time", path("data")}).code, 2);
    EXPECT_FALSE(fs::exists(path("store.db")));
}

}  // namespace
