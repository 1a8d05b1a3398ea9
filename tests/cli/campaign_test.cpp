// SPDX-License-Identifier: Apache-2.0
// `ridge tune` with a scripted worker that misbehaves, and on stores that cannot be used.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <thread>

#include "program.hpp"

namespace {

using ridge::test::Outcome;
using ridge::test::run;
using ridge::test::Scratch;

using Json = nlohmann::json;

const std::string fake_worker = "python3 -S -E " RIDGE_SOURCE_DIR "/tests/tuner/workers/fake_worker.py ";

// A suite of one call, which the scripted worker can run.
std::string suite(const Scratch& scratch) {
    return scratch.write("one.json", R"({"name": "one", "version": 1, "description": "one call",
                                         "calls": [{"call": "stream_read n=1000 x=fp32", "cache": "cold"}]})");
}

Outcome tune(const Scratch& scratch, const std::string& mode, const std::vector<std::string>& more = {}) {
    std::vector<std::string> words = {"ridge",        "tune",    "--db",     scratch.path("a.db"), "--suite",
                                      suite(scratch), "--quiet", "--worker", fake_worker + mode};
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

struct Hopeless {
    const char* mode;
    int code;
    const char* sentence;
};

class HopelessWorker : public testing::TestWithParam<Hopeless> {};

// Nothing can be had from it: the exit code and stderr say so, with what it did.
TEST_P(HopelessWorker, SaysWhatItDid) {
    const Scratch scratch;
    const auto outcome = tune(scratch, GetParam().mode, {"--timeout", "0.2"});
    EXPECT_EQ(outcome.code, GetParam().code) << outcome.err;
    EXPECT_NE(outcome.err.find(GetParam().sentence), std::string::npos) << outcome.err;
}

INSTANTIATE_TEST_SUITE_P(
    Cli, HopelessWorker,
    testing::Values(
        Hopeless{"always-dies", 4, "failed; the first: worker: it ended with exit code 7"},
        Hopeless{"always-hangs", 4, "failed; the first: worker: no answer within 0.2 s"},
        Hopeless{"always-rubbish", 4, "the first: worker: it printed a line that is not JSON: 'Segment"},
        Hopeless{"always-inaccurate", 4, "0 failed; the first: the result misses the reference by 3.5"},
        Hopeless{"dies-at-start", 5, "no greeting: it ended with exit code 3"},
        Hopeless{"describe-dies", 5, "no description after 3 attempts"},
        Hopeless{"greets-rubbish", 2, "greeting 'Welcome to this machine!': not valid JSON"},
        Hopeless{"none", 2, "no implementation of this worker can run any of its calls"}),
    [](const auto& test) {
        std::string name = test.param.mode;
        for (auto& c : name)
            if (c == '-') c = '_';
        return name;
    });

// Eight calls, and every configuration of the scripted worker's two implementations for each.
constexpr int calls = 8, configurations_of_a_call = 19 + 3;

std::vector<std::string> long_campaign(const Scratch& scratch, const std::string& seconds_of_an_answer) {
    Json listed = Json::array();
    for (int i = 1; i <= calls; ++i)
        listed.push_back(
            {{"call", "stream_read n=" + std::to_string(1000 * i) + " x=fp32"}, {"cache", "cold"}});
    const Json suite = {{"name", "long"}, {"version", 1}, {"description", "eight calls"}, {"calls", listed}};
    return {"ridge",
            "tune",
            "--db",
            scratch.path("a.db"),
            "--quiet",
            "--worker",
            fake_worker,
            "--launcher",
            "env FAKE_WORKER_SECONDS=" + seconds_of_an_answer,
            "--suite",
            scratch.write("long.json", suite.dump()),
            "--searcher",
            "exhaustive",
            "--max-configs",
            "0"};
}

Json measured(const Scratch& scratch) {
    const auto outcome = run({"ridge", "export", "measurements", "--format", "json", "--device", "fake",
                              "--db", scratch.path("a.db")});
    return outcome.code == 0 ? Json::parse(outcome.out).at("measurements") : Json::array();
}

std::set<std::string> keys(const Json& measurements) {
    std::set<std::string> out;
    for (const auto& one : measurements)
        out.insert(one.at("campaign").dump() + one.at("call").dump() + one.at("implementation").dump() +
                   one.at("config").dump());
    return out;
}

// The moments are drawn from a seed; what is under way at them is up to the machine.
TEST(Tune, KilledAtAnyMomentItGoesOnWithoutLossOrRepetition) {
    const Scratch scratch;
    auto words = long_campaign(scratch, "0.01");
    words.emplace_back("--continue");
    std::mt19937 random(12);
    std::set<std::string> before;
    int kills = 0;
    for (int i = 0; i < 6; ++i) {
        ridge::test::Background program(words);
        std::this_thread::sleep_for(std::chrono::milliseconds(random() % 300));
        kills += program.kill();
        const auto now = keys(measured(scratch));
        EXPECT_TRUE(std::ranges::includes(now, before)) << "after kill " << i;
        before = now;
    }
    EXPECT_GE(kills, 3) << "the campaign ended before it was killed";
    const auto whole = run(words);
    EXPECT_EQ(whole.code, 0) << whole.err;
    const auto all = measured(scratch);
    EXPECT_EQ(all.size(), static_cast<std::size_t>(calls * configurations_of_a_call));
    EXPECT_EQ(keys(all).size(), all.size()) << "of one campaign, none twice";
    EXPECT_TRUE(std::ranges::includes(keys(all), before));
    const auto resumed =
        run({"ridge", "tune", "--db", scratch.path("a.db"), "--worker", fake_worker, "--resume"});
    EXPECT_EQ(resumed.code, 2) << resumed.err;
    EXPECT_NE(resumed.err.find("no unfinished campaign"), std::string::npos) << resumed.err;
}

TEST(Tune, ResumeGoesOnWithAKilledCampaign) {
    const Scratch scratch;
    {
        ridge::test::Background program(long_campaign(scratch, "0.05"));
        while (measured(scratch).empty()) std::this_thread::sleep_for(std::chrono::milliseconds(20));
        EXPECT_TRUE(program.kill());
    }
    const auto begun = keys(measured(scratch));
    EXPECT_LT(begun.size(), static_cast<std::size_t>(calls * configurations_of_a_call));
    const auto outcome =
        run({"ridge", "tune", "--db", scratch.path("a.db"), "--worker", fake_worker, "--resume", "--quiet"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    const auto all = measured(scratch);
    EXPECT_EQ(all.size(), static_cast<std::size_t>(calls * configurations_of_a_call));
    EXPECT_EQ(keys(all).size(), all.size());
    EXPECT_TRUE(std::ranges::includes(keys(all), begun));
}

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

TEST(Store, ACheckNamesRowsThatReferToNothing) {
    const Scratch scratch;
    const std::vector<std::string> check = {"ridge", "store", "--check", "--db", scratch.path("a.db")};
    ASSERT_EQ(tune(scratch, "ok").code, 0);
    const auto whole = run(check);
    EXPECT_EQ(whole.code, 0);
    EXPECT_NE(whole.err.find("no problem found"), std::string::npos) << whole.err;
    sqlite3* other = nullptr;
    ASSERT_EQ(sqlite3_open(scratch.path("a.db").c_str(), &other), SQLITE_OK);
    ASSERT_EQ(
        sqlite3_exec(other, "PRAGMA foreign_keys = OFF; DELETE FROM environment", nullptr, nullptr, nullptr),
        SQLITE_OK);
    sqlite3_close(other);
    const auto broken = run(check);
    EXPECT_EQ(broken.code, 1);
    EXPECT_NE(broken.err.find("refer to missing rows of 'environment'"), std::string::npos) << broken.err;
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
