// SPDX-License-Identifier: Apache-2.0
#include "tuner/suite.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "core/configs.hpp"
#include "core/error.hpp"
#include "tests/tuner/support.hpp"

namespace ridge::tuner {
namespace {

using testing::HasSubstr;

std::string refusal(const std::string& text) {
    try {
        const Json json = parse_json(text, "suite.json");
        return "has " + std::to_string(Suite::from_json(JsonReader(json, "suite.json")).calls.size());
    } catch (const InputError& error) {
        return error.what();
    }
}

TEST(Suite, EverySuiteOfTheProgramLoads) {
    const auto names = list_configs("suites");
    EXPECT_THAT(names, testing::IsSupersetOf({"smoke", "demo"}));
    for (const auto& name : names) {
        const auto suite = load_suite(name);
        EXPECT_EQ(suite.name, name);
        EXPECT_FALSE(suite.description.empty());
        for (const auto& call : suite.calls) EXPECT_EQ(suite.path.stem(), name) << call.call;
    }
}

// Decode is tuned cold: with a few tokens the weights come from memory anew for every call.
TEST(Suite, DemoTunesDecodeCold) {
    for (const auto& call : load_suite("demo").calls) {
        const auto m = std::stoi(call.call.substr(call.call.find("m=") + 2));
        EXPECT_TRUE(m > 16 || call.cache == CacheState::cold) << call.call;
    }
}

TEST(Suite, CallsBecomeCanonicalAndSurviveJson) {
    const Json json = parse_json(
        R"({"name": "s", "version": 2, "calls": [{"call": "stream_read x=fp32 n=8", "cache": "warm", "weight": 2.5}]})",
        "s");
    const auto suite = Suite::from_json(JsonReader(json, "s"));
    EXPECT_EQ(suite.calls.front().call, "stream_read n=8 x=fp32");
    const Json again = suite.json();
    EXPECT_EQ(difference(Suite::from_json(JsonReader(again, "again")), suite), "");
}

TEST(Suite, MistakesAreNamed) {
    const auto with_call = [](const std::string& call) {
        return R"({"name": "s", "version": 1, "calls": [)" + call + "]}";
    };
    const std::string good = R"({"call": "stream_read n=8 x=fp32", "cache": "warm"})";
    const std::vector<std::pair<std::string, const char*>> table = {
        {with_call(good), "has 1"},
        {with_call(""), "key 'calls' is [], should be a list of at least one call"},
        {with_call(good + "," + good), "key 'calls[1]'"},
        {with_call(R"({"call": "stream_read n=0 x=fp32", "cache": "warm"})"),
         "key 'calls[0].call' is \"stream_read n=0 x=fp32\""},
        {with_call(R"({"call": "gem n=8", "cache": "warm"})"), "did you mean"},
        {with_call(R"({"call": "stream_read n=8 x=fp32", "cache": "hot"})"),
         "is \"hot\", should be \"cold\" or \"warm\""},
        {with_call(R"({"call": "stream_read n=8 x=fp32"})"), "key 'cache' is missing"},
        {with_call(R"({"call": "stream_read n=8 x=fp32", "cache": "warm", "weight": 0})"),
         "a number above 0"},
        {with_call(R"({"call": "stream_read n=8 x=fp32", "cache": "warm", "wieght": 2})"), "not 'wieght'"},
        {R"({"name": "s", "version": 0, "calls": []})", "key 'version' is 0"},
        {R"({"version": 1, "calls": []})", "key 'name' is missing"},
        {R"([])", "the document is [], should be an object"}};
    for (const auto& [text, why] : table) EXPECT_THAT(refusal(text), HasSubstr(why)) << text;
}

TEST(Suite, UnknownNameGetsTheNearest) {
    try {
        static_cast<void>(load_suite("demmo"));
        FAIL();
    } catch (const InputError& error) {
        EXPECT_THAT(error.what(), HasSubstr("did you mean 'demo'?"));
    }
    EXPECT_THROW(static_cast<void>(load_suite("./missing.json")), InputError);
}

TEST(Configs, OwnFolderComesFirst) {
    const testing_support::TemporaryFolder folder;
    std::filesystem::create_directories(folder / "suites");
    std::ofstream(folder / "suites/mine.json")
        << R"({"name": "mine", "version": 1, "calls": [{"call": "stream_read n=8 x=fp32", "cache": "cold"}]})";
    setenv("RIDGE_CONFIGS", (folder / "").c_str(), 1);
    EXPECT_EQ(load_suite("mine").calls.size(), 1U);
    EXPECT_THAT(list_configs("suites"), testing::IsSupersetOf({"demo", "mine"}));
    unsetenv("RIDGE_CONFIGS");
    EXPECT_THROW(static_cast<void>(load_suite("mine")), InputError);
    EXPECT_TRUE(list_configs("no-such-kind").empty());
}

}  // namespace
}  // namespace ridge::tuner
