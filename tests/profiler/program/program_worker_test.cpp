// SPDX-License-Identifier: Apache-2.0
#include "profiler/program/program_worker.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "core/file.hpp"

namespace ridge::profiler {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

namespace fs = std::filesystem;

Device some_device() {
    Device device;
    device.id = "some";
    device.name = "Some";
    device.kind = "cpu";
    return device;
}

/// A worker of one script, which is read by /bin/sh; $1 is the value of `a`.
class ProgramWorkerTest : public testing::Test {
  protected:
    ProgramWorkerTest() {
        std::string pattern = (fs::temp_directory_path() / "ridge-test-XXXXXX").string();
        folder_ = mkdtemp(pattern.data());
    }
    ~ProgramWorkerTest() override {
        std::error_code ignored;
        fs::remove_all(folder_, ignored);
    }

    [[nodiscard]] std::string path(const std::string& name) const { return (folder_ / name).string(); }

    void script(const std::string& text) {
        std::ofstream(path("k.sh")) << text << '\n';
        program_.name = "k";
        program_.command = "/bin/sh " + path("k.sh") + " {a}";
        program_.space.parameters = {{.name = "a",
                                      .values = {std::int64_t{1}, std::int64_t{2}},
                                      .default_value = std::int64_t{1},
                                      .meaning = {}}};
        budget_ = {.target = 0.01,
                   .max_time_s = 60,
                   .min_samples = 2,
                   .max_samples = 3,
                   .timeout_s = 30,
                   .rival = {}};
    }

    ProgramWorker& worker() {
        if (!worker_)
            worker_ = std::make_unique<ProgramWorker>(
                program_, some_device,
                [] {
                    return Json{{"kernel", "x"}};
                },
                -1);
        return *worker_;
    }

    Json request(std::int64_t a, CacheState cache = CacheState::warm) {
        protocol::MeasureRequest request{.id = 5,
                                         .call = program_.call(),
                                         .implementation = program_.name,
                                         .config = {},
                                         .cache = cache,
                                         .seed = 1,
                                         .verify = true,
                                         .budget = budget_};
        request.config.set("a", a);
        return request.json();
    }

    Measurement answer(const Json& request) {
        const auto line = worker().answer(request.dump());
        EXPECT_TRUE(line && !line->contains("error")) << line->dump();
        return protocol::MeasureAnswer::from_json(JsonReader(*line, "answer")).measurement;
    }

    Measurement measure(std::int64_t a = 1) { return answer(request(a)); }

    // Lines of a file that the script appends to.
    [[nodiscard]] std::size_t lines(const std::string& name) const {
        std::ifstream file(path(name));
        std::size_t count = 0;
        for (std::string line; std::getline(file, line);) ++count;
        return count;
    }

    fs::path folder_;
    operators::Program program_;
    protocol::Budget budget_;
    std::unique_ptr<ProgramWorker> worker_;
};

TEST_F(ProgramWorkerTest, TheFirstRunDoesNotCount) {
    script("echo x >>" + path("runs") + "; echo \"$1\"$(wc -l <" + path("runs") + ") ms");
    const auto measured = measure(2);
    EXPECT_EQ(measured.status, Status::ok) << measured.reason;
    EXPECT_EQ(lines("runs"), 4U);
    ASSERT_THAT(measured.samples_s, SizeIs(3));
    EXPECT_DOUBLE_EQ(measured.samples_s[0], 22e-3);
    EXPECT_DOUBLE_EQ(measured.samples_s[2], 24e-3);
    EXPECT_EQ(measured.stop, "count");
    EXPECT_EQ(measured.error, std::nullopt);
}

TEST_F(ProgramWorkerTest, AProgramThatWarmsUpItselfIsRunOnce) {
    script("echo x >>" + path("runs") + R"(; echo '{"samples_s": [1, 2, 3], "error_over_bound": 0.5}')");
    const auto measured = measure();
    EXPECT_EQ(lines("runs"), 1U);
    EXPECT_THAT(measured.samples_s, ElementsAre(1, 2, 3));
    EXPECT_EQ(measured.error, 0.5);
}

TEST_F(ProgramWorkerTest, WithoutTimeForAnotherRunTheFirstOneCounts) {
    script("sleep 0.5; echo 1 ms");
    budget_.timeout_s = 1.2;
    const auto measured = measure();
    EXPECT_EQ(measured.status, Status::ok) << measured.reason;
    EXPECT_THAT(measured.samples_s, SizeIs(1));
    EXPECT_EQ(measured.stop, "budget");
}

TEST_F(ProgramWorkerTest, TheWallTimeIsTakenWhenAskedFor) {
    script("sleep 0.05; echo 1 hour");
    program_.time_from = operators::TimeFrom::wall;
    const auto measured = measure();
    ASSERT_EQ(measured.status, Status::ok) << measured.reason;
    EXPECT_GE(measured.samples_s.front(), 0.05);
}

TEST_F(ProgramWorkerTest, ExitCodesAndWordsDecide) {
    const auto outcome = [this](const std::string& text) {
        worker_.reset();
        script(text);
        const auto measured = measure();
        return std::string(name(measured.status)) + ", " + measured.reason;
    };
    EXPECT_EQ(outcome("echo 1; echo why >&2; exit 2"), "invalid, it ended with exit code 2: why");
    EXPECT_EQ(outcome("echo 1; echo no memory >&2; exit 1"), "failed, it ended with exit code 1: no memory");
    EXPECT_EQ(outcome("echo invalid: too large; exit 1"), "invalid, too large");
    EXPECT_EQ(outcome("echo 1; echo wrong: off"), "wrong, off");
    EXPECT_THAT(outcome("kill -SEGV $$"), HasSubstr("failed, it was killed by signal 11 (SIGSEGV)"));
    EXPECT_THAT(outcome("echo hello"), HasSubstr("failed, it printed no time, its last line is 'hello'"));
    EXPECT_THAT(outcome("seq 9 >&2; exit 3"), HasSubstr("exit code 3: 7 | 8 | 9"));
}

TEST_F(ProgramWorkerTest, ATimeOutIsAnsweredBeforeTheClientGivesUp) {
    script("echo soon >&2; sleep 1000");
    budget_.timeout_s = 0.5;
    const auto measured = measure();
    EXPECT_EQ(measured.status, Status::failed);
    EXPECT_THAT(measured.reason, AllOf(HasSubstr("ran out of time"), HasSubstr("soon")));
}

TEST_F(ProgramWorkerTest, WhatIsNotItsOwnIsRefused) {
    script("echo 1");
    const auto refusal = [this](Json asked) {
        const auto measured = answer(asked);
        EXPECT_EQ(measured.status, Status::invalid);
        return measured.reason;
    };
    EXPECT_THAT(refusal(request(3)), HasSubstr("'a' is 3"));
    EXPECT_THAT(refusal(request(1, CacheState::cold)), HasSubstr("warm only"));
    auto other = request(1);
    other["call"] = "program:other";
    EXPECT_THAT(refusal(other), HasSubstr("should be 'program:k'"));
    other = request(1);
    other["implementation"] = "x";
    EXPECT_THAT(refusal(other), HasSubstr("should be 'k'"));
    EXPECT_TRUE(worker().answer("rubbish")->contains("error"));
    EXPECT_TRUE(worker().answer(R"({"id": 1, "request": "fly"})")->contains("error"));
    EXPECT_FALSE(worker().answer(R"({"id": 1, "request": "quit"})"));
}

TEST_F(ProgramWorkerTest, DescribesTheProgramAsAnImplementation) {
    script("echo 1");
    const auto line = worker().answer(R"({"id": 1, "request": "describe"})");
    const auto description = protocol::Description::from_json(JsonReader(*line, "answer"));
    ASSERT_THAT(description.implementations, SizeIs(1));
    EXPECT_EQ(description.implementations[0].op, "program:k");
    EXPECT_EQ(description.environment["program"], program_.json());
    EXPECT_EQ(description.environment["kernel"], "x");
}

/// The compiler is a script: it logs, refuses what it is told to, and copies its source.
class ProgramBuildTest : public ProgramWorkerTest {
  protected:
    void compiler(const std::string& refusing) {
        script("");
        std::ofstream(path("cc.sh")) << "echo \"$@\" >>" + path("builds") + "\n" + refusing + "\ncp $2 $3\n";
        std::ofstream(path("k.src")) << "echo $1 ms\n";
        program_.build = operators::ProgramBuild{
            path("k.src"), "/bin/sh " + path("cc.sh") + " {defines} {source} {output}", ""};
        program_.command = "/bin/sh {output} {a}";
    }
};

TEST_F(ProgramBuildTest, CompilesEachConfigurationOnce) {
    compiler("");
    EXPECT_DOUBLE_EQ(measure(2).samples_s.at(0), 2e-3);
    EXPECT_DOUBLE_EQ(measure(1).samples_s.at(0), 1e-3);
    EXPECT_DOUBLE_EQ(measure(2).samples_s.at(0), 2e-3);
    EXPECT_EQ(lines("builds"), 2U);
    EXPECT_THAT(read_file(path("builds")), AllOf(HasSubstr("-Da=2 "), HasSubstr("-Da=1 ")));
}

TEST_F(ProgramBuildTest, ACompilerThatFailsGivesItsFirstError) {
    compiler("echo 'In file k:' >&2; echo 'k:1: fatal error: no luck' >&2; echo 'error: more' >&2; exit 1");
    const auto measured = measure();
    EXPECT_EQ(measured.status, Status::failed);
    EXPECT_EQ(measured.reason, "build: exit code 1: k:1: fatal error: no luck");
    static_cast<void>(measure());
    EXPECT_EQ(lines("builds"), 1U);
}

TEST_F(ProgramBuildTest, ASourceThatRefusesAConfigurationMakesItInvalid) {
    compiler("echo 'k:3: error: static assertion failed: tile' >&2; exit 1");
    EXPECT_EQ(measure().status, Status::invalid);
    worker_.reset();
    compiler("echo 'k:3:2: error: #error \"TILE\"' >&2; exit 1");
    EXPECT_EQ(measure().status, Status::invalid);
}

TEST_F(ProgramBuildTest, ACompilerThatMakesNothingOrHangsFails) {
    compiler("exit 0");
    EXPECT_THAT(measure().reason, HasSubstr("made no file"));
    worker_.reset();
    compiler("sleep 1000");
    budget_.timeout_s = 0.5;
    EXPECT_THAT(measure().reason, HasSubstr("build: it ran out of time"));
    worker_.reset();
    compiler("");
    program_.build->command = "/nowhere/cc {defines} {source} {output}";
    EXPECT_THAT(measure().reason, HasSubstr("'/nowhere/cc' cannot be started"));
}

}  // namespace
}  // namespace ridge::profiler
