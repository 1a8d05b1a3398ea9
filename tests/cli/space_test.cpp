// SPDX-License-Identifier: Apache-2.0
// `ridge space` as a user runs it: every format to every other that can hold it.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "program.hpp"

namespace {

using ridge::test::read_file;
using ridge::test::run;
using ridge::test::Scratch;
using Json = nlohmann::json;

const std::string table =
    "BLOCK_SIZE_M,BLOCK_SIZE_N,BLOCK_SIZE_K,GROUP_SIZE_M,num_warps,num_stages,status,time_ms\n"
    "16,32,64,1,4,3,ok,2\n32,32,64,1,8,2,ok,1.5\n64,32,64,1,8,2,RuntimeFailedConfig,\n";

Json facts(const std::string& file) {
    const auto outcome = run({"ridge", "space", "show", file, "--format", "json"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    Json out;
    const auto rows = Json::parse(outcome.out).at("space").at("rows");
    for (const auto& row : rows) out[row.at("name")] = row.at("value");
    return out;
}

TEST(Space, ShowsWhatAFileHolds) {
    const Scratch scratch;
    const auto found = facts(scratch.write("space.csv", table));
    EXPECT_EQ(found.at("format"), "csv");
    EXPECT_EQ(found.at("configurations"), 3);
    EXPECT_EQ(found.at("valid"), 2);
    EXPECT_EQ(found.at("optimum"), 1.5e-3);
    EXPECT_EQ(found.at("median"), 1.75e-3);
}

TEST(Space, EveryFormatKeepsTheOptimum) {
    const Scratch scratch;
    const auto source = scratch.write("space.csv", table);
    for (const std::string format : {"t4", "kernel-tuner", "csv", "triton", "wisdom"}) {
        SCOPED_TRACE(format);
        const auto target = scratch.path("out-" + format + (format == "t4" ? ".gz" : ""));
        const auto outcome = run({"ridge", "space", "convert", source, "--to", format, "--out", target,
                                  "--device", "Example GPU", "--problem", "[64,64]", "--kernel", "moe"});
        ASSERT_EQ(outcome.code, 0) << outcome.err;
        const auto found = facts(target);
        EXPECT_EQ(found.at("format"), format);
        EXPECT_EQ(found.at("optimum"), 1.5e-3);
        EXPECT_EQ(found.at("optimal configuration"),
                  "BLOCK_SIZE_K=64 BLOCK_SIZE_M=32 BLOCK_SIZE_N=32 GROUP_SIZE_M=1 num_stages=2 num_warps=8");
    }
}

TEST(Space, WritesT1ToStdoutAndNamesWhatIsMissing) {
    const Scratch scratch;
    const auto outcome = run({"ridge", "space", "convert", scratch.write("space.csv", table), "--to", "t1"});
    EXPECT_EQ(outcome.code, 0);
    EXPECT_EQ(Json::parse(outcome.out).at("ConfigurationSpace").at("TuningParameters")[0].at("Values"),
              "[16, 32, 64]");
    EXPECT_NE(outcome.err.find("KernelSpecification.KernelFile is required"), std::string::npos);
}

TEST(Space, VllmFilesGetTheirNameAndAreAddedTo) {
    const Scratch scratch;
    const auto source = scratch.write("space.csv", table);
    const auto folder = scratch.path("");
    const auto convert = [&](const char* tokens) {
        return run({"ridge", "space", "convert", source, "--to", "vllm", "--out", folder, "--device",
                    "My GPU", "--tokens", tokens, "--experts", "8", "--intermediate", "7168", "--dtype",
                    "fp8_w8a8"});
    };
    EXPECT_EQ(convert("1").code, 0);
    EXPECT_EQ(convert("16").code, 0);
    const auto file = scratch.path("E=8,N=7168,device_name=My_GPU,dtype=fp8_w8a8.json");
    const auto json = Json::parse(read_file(file));
    EXPECT_EQ(json.size(), 2U);
    EXPECT_EQ(json.at("16").at("num_warps"), 8);
    EXPECT_NE(run({"ridge", "space", "show", file}).out.find("16 tokens"), std::string::npos);
    const auto refused = convert("0");
    EXPECT_EQ(refused.code, 2);
    EXPECT_NE(refused.err.find("number of tokens is above 0"), std::string::npos);
}

TEST(Space, WisdomKeepsABackup) {
    const Scratch scratch;
    const auto source = scratch.write("space.csv", table);
    const auto convert = [&](const char* device) {
        return run({"ridge", "space", "convert", source, "--to", "wisdom", "--out", scratch.path(""),
                    "--kernel", "my moe", "--device", device, "--problem", "64"});
    };
    EXPECT_EQ(convert("A").code, 0);
    const auto first = read_file(scratch.path("my_moe.wisdom"));
    EXPECT_EQ(convert("B").code, 0);
    EXPECT_EQ(read_file(scratch.path("my_moe.wisdom.backup")), first);
    EXPECT_TRUE(read_file(scratch.path("my_moe.wisdom")).starts_with(first));
}

TEST(Space, WhatWasDroppedMakesItIncomplete) {
    const Scratch scratch;
    const auto outcome = run({"ridge", "space", "show", scratch.write("space.csv", table + "1,2\n")});
    EXPECT_EQ(outcome.code, 4);
    EXPECT_NE(outcome.err.find("line 5: it has 2 fields, should have 8; dropped"), std::string::npos);
}

TEST(Space, BadInputIsOneSentence) {
    const Scratch scratch;
    const auto source = scratch.write("space.csv", table);
    const auto expect = [](const std::vector<std::string>& words, const std::string& sentence) {
        const auto outcome = run(words);
        EXPECT_EQ(outcome.code, 2);
        EXPECT_EQ(outcome.out, "");
        EXPECT_NE(outcome.err.find(sentence), std::string::npos) << outcome.err;
    };
    expect({"ridge", "space", "show", scratch.path("missing")}, "cannot be read");
    expect({"ridge", "space", "show", scratch.write("text", "hello\n")},
           "no recorded search space; can be read:");
    expect({"ridge", "space", "convert", source, "--to", "xml"}, "--to");
    expect({"ridge", "space", "convert", source, "--to", "wisdom"}, "wisdom is kept by device");
    expect({"ridge", "space"}, "subcommand");
}

}  // namespace
