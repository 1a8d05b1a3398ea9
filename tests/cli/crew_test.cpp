// SPDX-License-Identifier: Apache-2.0
// `ridge tune` with several objectives and workers, and a recorded space as a worker.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "program.hpp"

namespace {

using ridge::test::Outcome;
using ridge::test::run;
using ridge::test::Scratch;
using testing::HasSubstr;

using Json = nlohmann::json;
using Words = std::vector<std::string>;

const std::string fake_worker = "python3 -S -E " RIDGE_SOURCE_DIR "/tests/tuner/workers/fake_worker.py ";
const std::string recorded = RIDGE_SOURCE_DIR "/tests/tuner/data/t4.json";
const std::string replay_worker = RIDGE_BINARY_DIR "/ridge-worker-replay " + recorded;

std::string suite(const Scratch& scratch) {
    return scratch.write("two.json", R"({"name": "two", "version": 1, "description": "two calls", "calls": [
                        {"call": "stream_read n=1000 x=fp32", "cache": "cold", "weight": 3},
                        {"call": "stream_read n=2000 x=fp32", "cache": "cold"}]})");
}

Outcome tune(const Scratch& scratch, const std::string& mode, const Words& more = {}) {
    Words words = {"ridge",        "tune",    "--db",     scratch.path("a.db"), "--suite",
                   suite(scratch), "--quiet", "--worker", fake_worker + mode};
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
}

TEST(TuneObjectives, GiveTheParetoFront) {
    const Scratch scratch;
    const auto outcome = tune(scratch, "counters",
                              {"--objective", "time,energy", "--max-configs", "0", "--implementation",
                               "alpha", "--format", "json"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    std::set<std::string> configs;
    const auto tables = Json::parse(outcome.out);
    for (const auto& row : tables.at("pareto").at("rows")) configs.insert(row.at("config"));
    EXPECT_EQ(configs, (std::set<std::string>{"a=4 b=1", "a=5 b=1", "a=6 b=1"}));
    const auto least = run({"ridge", "best", "--db", scratch.path("a.db"), "--objective", "energy"});
    EXPECT_EQ(least.code, 0) << least.err;
    EXPECT_THAT(least.out, HasSubstr("a=6 b="));
    const auto front = run({"ridge", "best", "--db", scratch.path("a.db"), "--pareto"});
    EXPECT_THAT(front.out, HasSubstr("Pareto front of each call in time,energy,workspace (measured)"));
}

TEST(TuneObjectives, AreRefusedWhereNobodyKnowsThem) {
    const Scratch scratch;
    const auto unknown = tune(scratch, "ok", {"--objective", "speed"});
    EXPECT_EQ(unknown.code, 2);
    EXPECT_THAT(unknown.err, HasSubstr("objective 'speed' is unknown; known: time, energy, workspace"));
    const auto unmeasured = tune(scratch, "ok", {"--objective", "energy"});
    EXPECT_EQ(unmeasured.code, 5);
    EXPECT_THAT(unmeasured.err, HasSubstr("objective 'energy': the worker's answer"));
}

TEST(TuneWorkers, ShareTheCallsAndTellTheirTime) {
    const Scratch scratch;
    const auto outcome =
        tune(scratch, "ok",
             {"--workers", "2", "--launcher", "env A=1", "--launcher", "env A=2", "--max-configs", "0"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr("of the time of 4 workers went into measuring"));
    EXPECT_THAT(outcome.err, HasSubstr("the suite's calls by weight take"));
    EXPECT_THAT(outcome.err, HasSubstr("44 measurements added"));
    const auto none = tune(scratch, "ok", {"--workers", "0"});
    EXPECT_EQ(none.code, 2);
    EXPECT_THAT(none.err, HasSubstr("--workers is 0, should be from 1"));
}

TEST(TuneWorkers, TuneAWholeSuiteOutOfOneBudget) {
    const Scratch scratch;
    const auto outcome = tune(scratch, "ok", {"--whole-suite", "--max-configs", "4", "--finalists", "0"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr("14 measurements added"));  // 2 calls, alpha 4 and beta all 3 of them
}

// While one is timed the other may compile, but not time.
TEST(TuneWorkers, OfAProgramMeasureInTurns) {
    const Scratch scratch;
    const auto log = scratch.path("log");
    const auto kernel = scratch.write(
        "kernel.sh", "echo begin >> " + log + "; sleep 0.02; echo end >> " + log + "; echo $1 us\n");
    const auto space = scratch.write("space.json", R"({"parameters": {"a": {"range": [1, 8]}}})");
    const auto outcome = run({"ridge", "tune", "--db", scratch.path("a.db"), "--quiet", "--source", kernel,
                              "--build", "cp {source} {output}", "--run", "/bin/sh {output} {a}", "--space",
                              space, "--max-samples", "1", "--workers", "3", "--max-configs", "0"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr("a=1"));
    const auto text = ridge::test::read_file(log);
    EXPECT_EQ(text.find("begin\nbegin"), std::string::npos) << text;
    EXPECT_GE(text.size(), 8 * std::string("begin\nend\n").size());
}

TEST(ReplayWorker, ConformsToTheProtocol) {
    const auto outcome = run({"ridge", "worker", "check", replay_worker});
    EXPECT_EQ(outcome.code, 0) << outcome.out << outcome.err;
}

TEST(ReplayWorker, IsTunedLikeAnyOther) {
    const Scratch scratch;
    const auto printed = run({"ridge-worker-replay", "--suite", recorded});
    EXPECT_EQ(printed.code, 0) << printed.err;
    const auto outcome =
        run({"ridge", "tune", "--db", scratch.path("a.db"), "--quiet", "--suite",
             scratch.write("suite.json", printed.out), "--worker", replay_worker, "--max-configs", "0"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr("program:"));
}

TEST(ReplayWorker, SaysWhatIsWrong) {
    EXPECT_EQ(run({"ridge-worker-replay"}).code, 2);
    EXPECT_EQ(run({"ridge-worker-replay", "/nowhere.json"}).code, 2);
    EXPECT_EQ(run({"ridge-worker-replay", "--pace", "-1", recorded}).code, 2);
    EXPECT_EQ(run({"ridge-worker-replay", "--help"}).code, 0);
}

}  // namespace
