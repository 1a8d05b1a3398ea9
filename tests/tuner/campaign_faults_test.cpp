// SPDX-License-Identifier: Apache-2.0
#include "tuner/campaign.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tuner/campaign_support.hpp"

namespace ridge::tuner {
namespace {

using testing::HasSubstr;
using testing_support::alpha_size;
using testing_support::beta_size;
using testing_support::CampaignTest;
using testing_support::fake_options;

TEST_F(CampaignTest, CallThatNobodyCanRunIsNoted) {
    auto options = fake_options(1);
    options.suite.calls.push_back({.call = "stream_copy n=64 x=fp32"});
    const auto result = run(options);
    EXPECT_THAT(result.notes, testing::Contains("no implementation can run 'stream_copy n=64 x=fp32'"));
    EXPECT_FALSE(result.calls.back().best);
    EXPECT_FALSE(result.calls.back().gain());
}

TEST_F(CampaignTest, ImplementationWithABrokenSpaceIsLeftOut) {
    const auto result = run(fake_options(1), "bad-space");
    EXPECT_THAT(result.notes,
                testing::Contains(HasSubstr("left out: implementation 'broken' of stream_read")));
    EXPECT_EQ(result.added, beta_size);
}

struct Faulty {
    const char* mode;
    Status status;
    std::size_t count;  // a=2 with b in 1..4
    std::int64_t restarts;
};

TEST_F(CampaignTest, BadConfigurationsCostThemselvesOnly) {
    for (const auto& [mode, status, count, restarts] :
         {Faulty{"dies", Status::failed, 4, 4}, Faulty{"inaccurate", Status::wrong, 4, 0},
          Faulty{"invalid", Status::invalid, 4, 0}}) {
        const auto result = run(fake_options(1), mode);
        EXPECT_EQ(result.state, "finished");
        EXPECT_EQ(result.worker_restarts, restarts) << mode;
        db::Filter filter;
        filter.campaign = result.uuid;
        EXPECT_EQ(store_.measurements(filter).size(), alpha_size + beta_size);
        filter.status = status;
        const auto bad = store_.measurements(filter);
        EXPECT_EQ(bad.size(), count) << mode;
        for (const auto& record : bad) EXPECT_FALSE(record.measurement.reason.empty());
        EXPECT_EQ(result.calls.front().best->best.config.text(), "a=4 b=1");
    }
}

TEST_F(CampaignTest, ImplementationThatAlwaysFailsIsGivenUp) {
    auto options = fake_options(2);
    options.give_up_after = 2;
    const auto result = run(options, "always-dies");
    EXPECT_EQ(result.added, 2U * 2 * 2);
    EXPECT_THAT(
        result.notes,
        testing::Contains(HasSubstr("'alpha' was given up on 'stream_read n=64 x=fp32' after 2 failures")));
    EXPECT_FALSE(result.calls.front().best);
    EXPECT_EQ(result.calls.front().failed, 4U);
}

}  // namespace
}  // namespace ridge::tuner
