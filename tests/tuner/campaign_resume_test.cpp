// SPDX-License-Identifier: Apache-2.0
#include "tuner/campaign.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/tuner/campaign_support.hpp"

namespace ridge::tuner {
namespace {

using testing::HasSubstr;
using testing_support::alpha_size;
using testing_support::beta_size;
using testing_support::CampaignTest;
using testing_support::fake_options;
using testing_support::fake_worker;
using testing_support::keys;
using testing_support::turns_of_a_final;

// Each turn is stored as it comes.
TEST_F(CampaignTest, AFinalThatWasCutOffGoesOn) {
    auto options = fake_options(2);
    options.finalists = 3;
    options.implementations = {"beta"};
    constexpr auto whole = 2 * (beta_size + 3 * turns_of_a_final);
    for (const auto count : {beta_size + 1, beta_size + 7}) {
        const auto before = records().size();
        const auto stopped = run_and_stop(options, count);
        EXPECT_EQ(stopped.state, "interrupted");
        EXPECT_EQ(stopped.added, count);
        EXPECT_EQ(stopped.added + resume().added, whole);
        EXPECT_EQ(records().size(), before + whole);
    }
}

TEST_F(CampaignTest, InterruptedCampaignIsResumedWithoutLossOrRepetition) {
    const auto interrupted = run_and_stop(fake_options(3), 30);
    EXPECT_EQ(interrupted.state, "interrupted");
    EXPECT_EQ(interrupted.added, 30U);
    EXPECT_EQ(store_.campaign(interrupted.uuid)->state, "interrupted");
    const auto before = keys(records());
    const auto resumed = resume();
    EXPECT_EQ(resumed.uuid, interrupted.uuid);
    EXPECT_EQ(resumed.state, "finished");
    EXPECT_EQ(resumed.added, 3 * (alpha_size + beta_size) - 30);
    EXPECT_EQ(keys(records()).size(), 3 * (alpha_size + beta_size));
    EXPECT_EQ(records().size(), 3 * (alpha_size + beta_size));
    EXPECT_TRUE(std::ranges::includes(keys(records()), before));
}

// The order of a campaign that was cut in pieces is that of one that was not.
TEST_F(CampaignTest, ResumeTakesTheSameWay) {
    auto options = fake_options(2);
    options.searcher = "random";
    options.max_configs = 5;
    const auto order_of = [this](const std::string& uuid) {
        db::Filter filter;
        filter.campaign = uuid;
        std::vector<std::string> out;
        for (const auto& record : store_.measurements(filter))
            out.push_back(record.call + " " + record.config.text());
        return out;
    };
    const auto whole = run(options).uuid;
    const auto pieces = run_and_stop(options, 3).uuid;
    EXPECT_EQ(resume(pieces.substr(0, 8)).state, "finished");
    EXPECT_EQ(order_of(pieces), order_of(whole));
}

TEST_F(CampaignTest, NothingToResumeIsSaid) {
    EXPECT_THAT(resume_refusal(), HasSubstr("no unfinished campaign to resume; it has no campaign"));
    const auto done = run(fake_options(1));
    EXPECT_THAT(resume_refusal(),
                HasSubstr("no unfinished campaign to resume; it has: " + done.uuid + " (fake-1, finished)"));
    EXPECT_THAT(resume_refusal("zzz"), HasSubstr("no campaign 'zzz'"));
    EXPECT_EQ(resume(done.uuid).added, 0U);
}

TEST_F(CampaignTest, ResumeRefusesAChangedSuite) {
    auto options = fake_options(2);
    options.suite.path = folder_ / "fake.json";
    std::ofstream(options.suite.path) << options.suite.json();
    run_and_stop(options, 5);
    auto changed = options.suite;
    changed.calls[1].cache = CacheState::cold;
    std::ofstream(options.suite.path) << changed.json();
    EXPECT_THAT(
        resume_refusal(),
        HasSubstr("fake.json has changed since: call 2 is 'stream_read n=128 x=fp32' cold instead of"));
    std::ofstream(options.suite.path) << options.suite.json();
    EXPECT_EQ(resume().state, "finished");
}

TEST_F(CampaignTest, ResumeRefusesOtherSpacesAndDevices) {
    run_and_stop(fake_options(1), 5);
    EXPECT_THAT(resume_refusal("", "changed-space"), HasSubstr("search spaces have changed since"));
    auto elsewhere = fake_worker("ok");
    elsewhere.launcher = {"env", "FAKE_WORKER_DEVICE=other"};
    Worker worker(elsewhere);
    EXPECT_THROW(static_cast<void>(resume_campaign(store_, {&worker, 1}, "", {})), InputError);
    EXPECT_EQ(resume().state, "finished");
}

}  // namespace
}  // namespace ridge::tuner
