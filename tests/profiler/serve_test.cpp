// SPDX-License-Identifier: Apache-2.0
#include "core/serve.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "tests/profiler/fake_kernels.hpp"

namespace ridge::profiler {
namespace {

using testing::FakeWorker;
using ::testing::HasSubstr;

/// The answers to these lines, greeting first.
std::vector<Json> served(const std::string& input) {
    FakeWorker fake;
    const auto answer = [&fake](const std::string& line) { return fake.worker.answer(line); };
    std::istringstream in(input);
    std::vector<Json> lines;
    const auto keep = [&](const std::string& line) {
        EXPECT_EQ(line.find('\n'), std::string::npos);
        lines.push_back(Json::parse(line));
        return true;
    };
    protocol::serve(in, keep, answer, {.worker = "fake", .worker_version = "0"});
    return lines;
}

const std::string describe = R"({"id":7,"request":"describe"})";

TEST(Serve, GreetsDescribesAndQuits) {
    const auto lines = served(describe + "\n" + R"({"id":8,"request":"quit"})" + "\n" + describe + "\n");
    ASSERT_EQ(lines.size(), 2u);
    EXPECT_EQ(lines[0].at("protocol"), "ridge-bench");
    EXPECT_EQ(lines[0].at("version"), 1);
    EXPECT_EQ(lines[1].at("id"), 7);
    EXPECT_EQ(lines[1].at("device").at("id"), "fake");
    EXPECT_EQ(lines[1].at("implementations").size(), 7u);
}

TEST(Serve, EndOfInputEnds) {
    EXPECT_EQ(served("").size(), 1u);
    EXPECT_EQ(served(describe).size(), 2u);  // without a newline
    EXPECT_EQ(served("\n  \r\n" + describe + "\r\n").size(), 2u);
}

TEST(Serve, EndsWhenNobodyReads) {
    FakeWorker fake;
    const auto answer = [&fake](const std::string& line) { return fake.worker.answer(line); };
    std::istringstream in(describe + "\n" + describe + "\n");
    int lines = 0;
    protocol::serve(in, [&](const std::string&) { return ++lines < 2; }, answer,
                    {.worker = "fake", .worker_version = "0"});
    EXPECT_EQ(lines, 2);
}

struct Hostile {
    const char* name;
    std::string line;
    const char* error;
    std::int64_t id;
};

std::vector<Hostile> hostile_lines() {
    const std::string binary = {'\x00', '\x01', '\xff', '\xfe', '"', '\x80'};
    return {
        {"truncated", R"({"id":3,"request":"desc)", "not valid JSON", 0},
        {"no object", "[1,2]", "should be an object", 0},
        {"number", "17", "should be an object", 0},
        {"deep arrays", R"({"id":)" + std::string(400'000, '['), "nested deeper", 0},
        {"deep objects",
         R"({"id":1,"request":)" +
             [] {
                 std::string text;
                 for (int i = 0; i < 100'000; ++i) text += R"({"a":)";
                 return text;
             }(),
         "nested deeper", 0},
        {"10 MB", std::string(10'000'000, 'x'), "longer than", 0},
        {"binary", binary, "not valid JSON", 0},
        {"unknown request", R"({"id":4,"request":"dance"})", "\"dance\"", 4},
        {"request missing", R"({"id":5})", "key 'request' is missing", 5},
        {"request a number", R"({"id":5,"request":1})", "should be a text", 5},
        {"id missing", R"({"request":"describe"})", "key 'id' is missing", 0},
        {"id a text", R"({"id":"a","request":"describe"})", "should be a whole number", 0},
        {"measure without call", R"({"id":6,"request":"measure"})", "key 'call' is missing", 6},
        {"budget of no samples",
         R"({"id":6,"request":"roof","probe":{"kind":"compute","mix":"fma","precision":"fp32"},"budget":{"target":0.01,"max_time_s":1,"min_samples":0,"max_samples":1,"timeout_s":1}})",
         "at least 1", 6},
        {"config no object",
         R"({"id":6,"request":"measure","call":"stream_copy n=8 x=fp32","implementation":"right","config":[],"cache":"cold"})",
         "'config'", 6},
        {"unknown cache state",
         R"({"id":6,"request":"measure","call":"stream_copy n=8 x=fp32","implementation":"right","config":{},"cache":"lukewarm"})",
         "lukewarm", 6}};
}

TEST(Serve, HostileLinesGetAnErrorAndTheLoopGoesOn) {
    for (const auto& hostile : hostile_lines()) {
        const auto lines = served(hostile.line + "\n" + describe + "\n");
        ASSERT_EQ(lines.size(), 3u) << hostile.name;
        ASSERT_TRUE(lines[1].contains("error")) << hostile.name;
        EXPECT_EQ(lines[1].at("id"), hostile.id) << hostile.name;
        EXPECT_THAT(lines[1].at("error").get<std::string>(), HasSubstr(hostile.error)) << hostile.name;
        EXPECT_EQ(lines[2].at("answer"), "describe") << hostile.name;
    }
}

}  // namespace
}  // namespace ridge::profiler
