// SPDX-License-Identifier: Apache-2.0
// `ridge tune` with a scripted worker that misbehaves, and on stores that cannot be used.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <fstream>

#include "program.hpp"

namespace {

using ridge::test::Outcome;
using ridge::test::run;
using ridge::test::Scratch;

// A suite of one call, which the scripted worker can run.
std::string suite(const Scratch& scratch) {
    return scratch.write("one.json", R"({"name": "one", "version": 1, "description": "one call",
                                         "calls": [{"call": "stream_read n=1000 x=fp32", "cache": "cold"}]})");
}

Outcome tune(const Scratch& scratch, const std::string& mode, const std::vector<std::string>& more = {}) {
    std::vector<std::string> words = {
        "ridge",
        "tune",
        "--db",
        scratch.path("a.db"),
        "--suite",
        suite(scratch),
        "--quiet",
        "--worker",
        "python3 " RIDGE_SOURCE_DIR "/tests/tuner/workers/fake_worker.py " + mode};
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
}

std::string count_by_status(const Scratch& scratch, const std::string& status) {
    const auto out = run({"ridge", "export", "measurements", "--format", "csv", "--device", "fake", "--db",
                          scratch.path("a.db")})
                         .out;
    std::size_t count = 0;
    for (auto at = out.find("," + status + ","); at != std::string::npos;
         at = out.find("," + status + ",", at + 1))
        ++count;
    return std::to_string(count);
}

TEST(Tune, AGoodWorkerEndsWithTheBestConfiguration) {
    const Scratch scratch;
    const auto outcome = tune(scratch, "ok", {"--max-configs", "0", "--searcher", "exhaustive"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_NE(outcome.out.find("a=4 b=1"), std::string::npos) << outcome.out;
    const auto again = tune(scratch, "ok", {"--continue"});
    EXPECT_EQ(again.code, 0) << again.err;
    EXPECT_NE(again.err.find("nothing to do"), std::string::npos) << again.err;
    EXPECT_EQ(again.out, outcome.out);
}

class Misbehaving : public testing::TestWithParam<const char*> {};

TEST_P(Misbehaving, CostsOnlyTheConfigurationsItSpoils) {
    const Scratch scratch;
    const auto outcome = tune(scratch, GetParam(), {"--max-configs", "0", "--timeout", "0.5"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_NE(outcome.out.find("a=4 b=1"), std::string::npos) << outcome.out << outcome.err;
    EXPECT_NE(count_by_status(scratch, "failed"), "0");
}

INSTANTIATE_TEST_SUITE_P(Cli, Misbehaving, testing::Values("dies", "hangs", "rubbish"),
                         [](const auto& test) { return std::string(test.param); });

TEST(Tune, ABadBudgetIsRefusedBeforeAnythingIsStored) {
    const Scratch scratch;
    for (const auto& option : {"--target", "--sample-time", "--timeout"}) {
        const auto outcome = tune(scratch, "ok", {option, "0"});
        EXPECT_EQ(outcome.code, 2) << option << outcome.err;
    }
}

TEST(Store, ANewerOneIsRefusedAndLeftAsItWas) {
    const Scratch scratch;
    ASSERT_EQ(tune(scratch, "ok").code, 0);
    {
        std::fstream file(scratch.path("a.db"), std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(60);  // user_version, big-endian (SQLite file format, 1.3)
        file.write("\0\0\3\347", 4);
    }
    const auto before = ridge::test::read_file(scratch.path("a.db"));
    for (const char* command : {"store", "train", "best"}) {
        const auto outcome = run({"ridge", command, "--db", scratch.path("a.db")});
        EXPECT_EQ(outcome.code, 2) << command;
        EXPECT_NE(outcome.err.find("999"), std::string::npos) << outcome.err;
    }
    EXPECT_EQ(ridge::test::read_file(scratch.path("a.db")), before);
}

TEST(Store, ALockedOneSaysSo) {
    const Scratch scratch;
    ASSERT_EQ(tune(scratch, "ok").code, 0);
    sqlite3* other = nullptr;
    ASSERT_EQ(sqlite3_open(scratch.path("a.db").c_str(), &other), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(other, "BEGIN EXCLUSIVE", nullptr, nullptr, nullptr), SQLITE_OK);
    const auto outcome = run({"ridge", "merge", scratch.path("a.db"), "--db", scratch.path("b.db")});
    EXPECT_EQ(outcome.code, 0) << "reading goes on: " << outcome.err;
    const auto written = tune(scratch, "ok");
    EXPECT_EQ(written.code, 5) << written.err;
    EXPECT_NE(written.err.find("locked"), std::string::npos) << written.err;
    sqlite3_close(other);
}

}  // namespace
