// SPDX-License-Identifier: Apache-2.0
// `ridge tune --command` and `--source`: programs that are not of this repository, and the examples of them.
#include <gtest/gtest.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "program.hpp"

namespace {

using ridge::test::Outcome;
using ridge::test::run;
using ridge::test::Scratch;

using Json = nlohmann::json;
using Words = std::vector<std::string>;

const std::string example = RIDGE_SOURCE_DIR "/examples/tune-command/";
constexpr int values = 12;

// A kernel of one parameter: its time grows with the distance from 5.
constexpr const char* valley = "d=$(($1 - 5)); echo $(( (d * d + 10) * (1 + $2) )) us";

/// A script of /bin/sh with a space of one parameter, `a` from 1 to 12; $1 is `a` and $2 the size `n`.
class OwnProgram : public testing::Test {
  protected:
    void script(const std::string& text) { scratch_.write("kernel.sh", text + "\n"); }
    [[nodiscard]] std::string command() const { return "/bin/sh " + scratch_.path("kernel.sh") + " {a} {n}"; }
    [[nodiscard]] std::string space() const {
        return scratch_.write("space.json",
                              R"({"parameters": {"a": {"range": [1, )" + std::to_string(values) + "]}}}");
    }

    [[nodiscard]] Words words(const Words& more = {}) const {
        Words out = {"ridge",   "tune",          "--db",    scratch_.path("a.db"),
                     "--quiet", "--command",     command(), "--problem",
                     "n=3",     "--space",       space(),   "--max-samples",
                     "1",       "--max-configs", "0"};
        out.insert(out.end(), more.begin(), more.end());
        return out;
    }
    [[nodiscard]] Outcome tune(const Words& more = {}) const { return run(words(more)); }

    [[nodiscard]] Json measured() const {
        const auto out =
            run({"ridge", "export", "measurements", "--format", "json", "--db", scratch_.path("a.db")});
        return out.code == 0 ? Json::parse(out.out).at("measurements") : Json::array();
    }

    Scratch scratch_;
};

std::size_t count_status(const Json& measurements, const std::string& status) {
    std::size_t count = 0;
    for (const auto& one : measurements) count += one.at("status") == status ? 1U : 0U;
    return count;
}

TEST_F(OwnProgram, IsTunedStoredAndExportedLikeAnyOther) {
    script(valley);
    const auto outcome = tune();
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_NE(outcome.out.find("program:kernel n=3"), std::string::npos) << outcome.out;
    EXPECT_NE(outcome.out.find("a=5"), std::string::npos) << outcome.out;
    const auto best = Json::parse(run({"ridge", "export", "--db", scratch_.path("a.db")}).out).at("configs");
    ASSERT_EQ(best.size(), 1U);
    EXPECT_EQ(best[0].at("best").at("config").at("a"), 5);
    EXPECT_DOUBLE_EQ(best[0].at("best").at("time_s"), 40e-6);
    const auto shown = run({"ridge", "best", "--db", scratch_.path("a.db")});
    EXPECT_EQ(shown.code, 0) << shown.err;
    EXPECT_EQ(shown.out.find("0 B/s"), std::string::npos) << "nothing is known of its work:\n" << shown.out;
}

TEST_F(OwnProgram, GoodEnoughNeedsARoofAndIsRefused) {
    script(valley);
    const auto outcome = tune({"--good-enough", "0.9"});
    EXPECT_EQ(outcome.code, 2);
    EXPECT_NE(outcome.err.find("--good-enough is a share of a roof"), std::string::npos) << outcome.err;
    EXPECT_TRUE(measured().empty());
}

TEST_F(OwnProgram, FailuresCostTheirConfigurationsOnly) {
    script(std::string("case $1 in 2) sleep 1000;; 3) exit 1;; 4) kill -9 $$;; 6) exit 2;; 7) echo wrong: "
                       "off;; esac; ") +
           valley);
    const auto outcome = tune({"--timeout", "0.5", "--searcher", "exhaustive"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_NE(outcome.out.find("a=5"), std::string::npos) << outcome.out;
    const auto all = measured();
    EXPECT_EQ(count_status(all, "failed"), 3U) << all.dump(1);
    EXPECT_EQ(count_status(all, "invalid"), 1U);
    EXPECT_EQ(count_status(all, "wrong"), 1U);
    std::set<std::string> reasons;
    for (const auto& one : all) reasons.insert(one.value("reason", ""));
    EXPECT_TRUE(reasons.contains("it ran out of time and was killed with all it had started")) << all.dump(1);
}

TEST_F(OwnProgram, KilledItIsResumedWithoutItsCommand) {
    script("sleep 0.05; " + std::string(valley));
    {
        ridge::test::Background program(words());
        while (measured().empty()) std::this_thread::sleep_for(std::chrono::milliseconds(20));
        EXPECT_TRUE(program.kill());
    }
    const auto begun = measured();
    ASSERT_LT(begun.size(), static_cast<std::size_t>(values));
    const auto outcome = run({"ridge", "tune", "--db", scratch_.path("a.db"), "--quiet", "--resume"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    std::set<std::string> keys, configs;
    const auto all = measured();
    for (const auto& one : all) {
        const auto key = one.at("config").dump() + one.value("round", Json(0)).dump();
        EXPECT_TRUE(keys.insert(key).second) << one.dump();
        configs.insert(one.at("config").dump());
    }
    EXPECT_EQ(configs.size(), static_cast<std::size_t>(values));
    for (const auto& one : begun) EXPECT_TRUE(configs.contains(one.at("config").dump()));
}

TEST_F(OwnProgram, ContinueGoesOnWithTheSameProgramOnly) {
    script(valley);
    EXPECT_EQ(tune({"--name", "mine"}).code, 0);
    EXPECT_NE(tune({"--name", "mine", "--continue"}).err.find("nothing to do"), std::string::npos);
    const auto before = measured().size();
    const auto other = tune({"--name", "mine", "--continue", "--time-from", "wall"});
    EXPECT_EQ(other.code, 0) << other.err;
    EXPECT_GT(measured().size(), before);
}

TEST_F(OwnProgram, ASourceThatHasChangedIsAnotherProgram) {
    script(valley);
    const Words line = {"ridge",
                        "tune",
                        "--db",
                        scratch_.path("a.db"),
                        "--quiet",
                        "--source",
                        scratch_.path("kernel.sh"),
                        "--build",
                        "cp {source} {output}",
                        "--run",
                        "/bin/sh {output} {a} 3",
                        "--space",
                        space(),
                        "--max-samples",
                        "1",
                        "--continue"};
    EXPECT_EQ(run(line).code, 0) << run(line).err;
    EXPECT_NE(run(line).err.find("nothing to do"), std::string::npos);
    const auto before = measured();
    script(std::string("true; ") + valley);
    const auto resumed = run({"ridge", "tune", "--db", scratch_.path("a.db"), "--resume",
                              before.at(0).at("campaign").get<std::string>()});
    EXPECT_EQ(resumed.code, 2) << resumed.err;
    EXPECT_NE(resumed.err.find("kernel.sh has changed since"), std::string::npos) << resumed.err;
    EXPECT_EQ(run(line).code, 0);
    EXPECT_GT(measured().size(), before.size());
}

TEST_F(OwnProgram, RunsOnTheDeviceThatIsNamed) {
    script(valley);
    EXPECT_EQ(tune({"--device-name", "Some GPU 9"}).code, 0);
    EXPECT_EQ(measured().at(0).at("device"), "some-gpu-9");
}

// As ssh does: the words are joined, and a shell takes them apart again.
TEST_F(OwnProgram, ALauncherMayStartItOnAnotherMachine) {
    script(valley);
    const auto launcher = scratch_.write("launch", "exec /bin/sh -c \"$*\"\n");
    const auto outcome = tune({"--launcher", "/bin/sh " + launcher});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_NE(outcome.out.find("a=5"), std::string::npos) << outcome.out;
}

TEST_F(OwnProgram, AShellIsUsedWhenAskedFor) {
    script(valley);
    auto line = words({"--shell"});
    line[6] += " | tail -1";
    const auto outcome = run(line);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_NE(outcome.out.find("a=5"), std::string::npos) << outcome.out;
}

struct Mistake {
    const char* name;
    Words options;
    const char* sentence;  // part of it; SPACE, SCRIPT and SOURCE stand for files
};

class ProgramMistake : public testing::TestWithParam<Mistake> {};

TEST_P(ProgramMistake, IsRefusedBeforeAnythingIsMeasured) {
    const Scratch scratch;
    Words line = {"ridge", "tune", "--db", scratch.path("a.db"), "--quiet"};
    const auto space = scratch.write("space.json", R"({"parameters": {"a": [1, 2]}})");
    const auto empty = scratch.write("empty.json", R"({"parameters": {"a": [1]}, "constraints": ["a > 1"]})");
    const auto zero =
        scratch.write("zero.json", R"({"parameters": {"a": [1, 2]}, "constraints": ["4 / (a - 2) < 9"]})");
    for (const auto& word : GetParam().options)
        line.push_back(word == "SPACE"    ? space
                       : word == "EMPTY"  ? empty
                       : word == "ZERO"   ? zero
                       : word == "SOURCE" ? example + "matmul.cpp"
                                          : word);
    const auto outcome = run(line);
    EXPECT_EQ(outcome.code, 2) << outcome.err;
    EXPECT_NE(outcome.err.find(GetParam().sentence), std::string::npos) << outcome.err;
    EXPECT_TRUE(outcome.out.empty()) << outcome.out;
}

INSTANTIATE_TEST_SUITE_P(
    Cli, ProgramMistake,
    testing::Values(
        Mistake{"NoSpace", {"--command", "k {a}"}, "--command needs --space"},
        Mistake{"Unknown", {"--command", "k {a} {b}", "--space", "SPACE"}, "placeholder {b} is unknown"},
        Mistake{"Unused", {"--command", "k", "--space", "SPACE"}, "parameter 'a' occurs in no command"},
        Mistake{"Empty", {"--command", "k {a}", "--space", "EMPTY"}, "leaves no configuration"},
        Mistake{"Zero",
                {"--command", "k {a}", "--space", "ZERO"},
                "zero.json: expression '4 / (a - 2) < 9', column 3: division by zero, with a=2"},
        Mistake{"NoFile", {"--command", "k {a}", "--space", "/nowhere.json"}, "/nowhere.json"},
        Mistake{"NoBuild", {"--source", "SOURCE", "--space", "SPACE"}, "--source needs --build"},
        Mistake{"NoSource",
                {"--source", "/nowhere.cpp", "--build", "c {defines} {source} {output}", "--space", "SPACE"},
                "no such file"},
        Mistake{"BuildAlone",
                {"--command", "k {a}", "--build", "c", "--space", "SPACE"},
                "--build needs --source"},
        Mistake{"NoOutput",
                {"--source", "SOURCE", "--build", "c {defines} {source}", "--space", "SPACE"},
                "{output}"},
        Mistake{"TimeFrom",
                {"--command", "k {a}", "--space", "SPACE", "--time-from", "clock"},
                "should be printed or wall"},
        Mistake{"Problem", {"--command", "k {a}", "--space", "SPACE", "--problem", "512"}, "such as n=512"},
        Mistake{"Size", {"--command", "k {a}", "--space", "SPACE", "--problem", "n=0"}, "at least 1"},
        Mistake{"Name", {"--command", "k {a}", "--space", "SPACE", "--name", "a/b"}, "'a/b'"},
        Mistake{"Suite", {"--command", "k {a}", "--space", "SPACE", "--suite", "demo"}, "--suite"},
        Mistake{"Resume", {"--command", "k {a}", "--space", "SPACE", "--resume"}, "--resume"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(Example, ThePythonScriptIsTuned) {
    const Scratch scratch;
    const auto outcome = run({"ridge", "tune", "--db", scratch.path("a.db"), "--quiet", "--command",
                              "python3 -S -E " + example +
                                  "transpose.py --n {n} --block {block} --order {order} --slices {slices}",
                              "--problem", "n=64", "--space", example + "transpose.space.json",
                              "--max-configs", "3", "--max-samples", "1"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_NE(outcome.out.find("program:transpose n=64"), std::string::npos) << outcome.out;
}

TEST(Example, TheSourceIsCompiledAndTuned) {
    const Scratch scratch;
    const auto outcome =
        run({"ridge", "tune", "--db", scratch.path("a.db"), "--quiet", "--source", example + "matmul.cpp",
             "--build", RIDGE_CXX " -O1 {defines} {source} -o {output}", "--run", "{output} {n}", "--problem",
             "n=128", "--space", example + "matmul.space.json", "--max-configs", "2", "--max-samples", "5"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_NE(outcome.out.find("program:matmul n=128"), std::string::npos) << outcome.out;
}

}  // namespace
