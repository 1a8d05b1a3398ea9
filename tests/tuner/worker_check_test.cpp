// SPDX-License-Identifier: Apache-2.0
#include "tuner/worker_check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "tests/tuner/support.hpp"

namespace ridge::tuner {
namespace {

using testing::HasSubstr;

std::map<std::string, WorkerCheck> by_name(const WorkerOptions& options) {
    std::map<std::string, WorkerCheck> out;
    for (const auto& check : check_worker(options)) out[check.name] = check;
    return out;
}

TEST(WorkerCheck, ThePythonExampleConforms) {
    WorkerOptions options;
    options.command = {RIDGE_PYTHON, std::string(RIDGE_SOURCE_DIR) + "/examples/worker-python/worker.py"};
    const auto checks = check_worker(options);
    EXPECT_EQ(checks.size(), 16U);
    for (const auto& check : checks) EXPECT_TRUE(check.passed) << check.name << ": " << check.detail;
}

// The fake worker takes any configuration, implementation and call, and stops at what it cannot read.
TEST(WorkerCheck, NamesWhatACarelessWorkerDoesWrong) {
    auto checks = by_name(testing_support::fake_worker("ok"));
    for (const auto* name : {"greeting", "describe", "search-spaces", "implementations", "samples", "seed",
                             "quit", "end-of-input"})
        EXPECT_TRUE(checks[name].passed) << name << ": " << checks[name].detail;
    for (const auto* name : {"invalid-config", "unknown-implementation", "unknown-call", "malformed-line"})
        EXPECT_FALSE(checks[name].passed) << name;
    EXPECT_THAT(checks["invalid-config"].detail, HasSubstr("should be status \"invalid\", not {"));
    EXPECT_THAT(checks["malformed-line"].detail, HasSubstr("ended with exit code 1"));
}

TEST(WorkerCheck, BrokenWorkersFailTheRightCheck) {
    EXPECT_FALSE(by_name(testing_support::fake_worker("dies-at-start"))["greeting"].passed);
    EXPECT_FALSE(by_name(testing_support::fake_worker("none"))["describe"].passed);
    EXPECT_THAT(by_name(testing_support::fake_worker("bad-space"))["search-spaces"].detail,
                HasSubstr("'a > 5'"));
    for (const auto* mode : {"always-inaccurate", "always-dies", "always-unverified", "always-invalid"})
        EXPECT_FALSE(by_name(testing_support::fake_worker(mode))["implementations"].passed) << mode;
}

// A busy machine may disturb every sample of one call; a worker that says so conforms.
TEST(WorkerCheck, HonestFailureOfOneCallConforms) {
    auto checks = by_name(testing_support::fake_worker("disturbed"));
    EXPECT_TRUE(checks["implementations"].passed) << checks["implementations"].detail;
    EXPECT_THAT(checks["implementations"].detail, HasSubstr("1 of 2 calls measured"));
    EXPECT_THAT(checks["implementations"].detail, HasSubstr("alpha"));
}

}  // namespace
}  // namespace ridge::tuner
