// SPDX-License-Identifier: Apache-2.0
#include "tuner/campaign.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

#include "tests/tuner/campaign_support.hpp"

namespace ridge::tuner {
namespace {

using testing::HasSubstr;
using testing_support::beta_size;
using testing_support::CampaignTest;
using testing_support::fake_options;

TEST_F(CampaignTest, OnlyTheImplementationsAskedFor) {
    auto options = fake_options(1);
    options.implementations = {"beta"};
    EXPECT_EQ(run(options).added, beta_size);
    options.implementations = {"gamma"};
    EXPECT_THROW(run(options), InputError);
}

TEST_F(CampaignTest, MistakesInTheOptionsAreRefusedBeforeAnythingRuns) {
    auto options = fake_options(1);
    options.searcher = "clever";
    EXPECT_THROW(run(options), InputError);
    options = fake_options(1);
    options.seed = std::uint64_t{1} << 63;
    EXPECT_THROW(run(options), InputError);
    options = fake_options(1);
    options.time_budget_s = -1;
    EXPECT_THROW(run(options), InputError);
    options = fake_options(1);
    options.suite.calls = {{.call = "stream_copy n=64 x=fp32"}};
    EXPECT_THROW(run(options), InputError);
    EXPECT_TRUE(store_.campaigns().empty());
}

struct Mistake {
    const char* reason;
    void (*make)(CampaignOptions&);
};

TEST_F(CampaignTest, LimitsThatAreNoNumberOrOutOfRangeAreNamed) {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const Mistake mistakes[] = {
        {"time_budget_s is inf", [](auto& options) { options.time_budget_s = infinity; }},
        {"time_budget_s is nan", [](auto& options) { options.time_budget_s = nan; }},
        {"target is 0, should be a number above 0", [](auto& options) { options.budget.target = 0; }},
        {"target is nan", [](auto& options) { options.budget.target = nan; }},
        {"max_time_s is -1", [](auto& options) { options.budget.max_time_s = -1; }},
        {"max_time_s is inf", [](auto& options) { options.budget.max_time_s = infinity; }},
        {"timeout_s is 0", [](auto& options) { options.budget.timeout_s = 0; }},
        {"timeout_s is inf", [](auto& options) { options.budget.timeout_s = infinity; }},
        {"min_samples is 0, should be 1 or more", [](auto& options) { options.budget.min_samples = 0; }},
        {"max_samples is -3", [](auto& options) { options.budget.max_samples = -3; }}};
    for (const auto& mistake : mistakes) {
        auto options = fake_options(1);
        mistake.make(options);
        try {
            run(options);
            ADD_FAILURE() << mistake.reason;
        } catch (const InputError& error) {
            EXPECT_THAT(error.what(), HasSubstr(mistake.reason));
        }
    }
    EXPECT_TRUE(store_.campaigns().empty());
}

TEST_F(CampaignTest, FewerSamplesThanTheLeastLowerTheLeast) {
    auto options = fake_options(1);
    options.budget.max_samples = 3;
    const auto uuid = run(options).uuid;
    const auto stored = store_.campaign(uuid)->options;
    EXPECT_EQ(stored.at("budget").at("min_samples"), 3);
    EXPECT_EQ(stored.at("budget").at("max_samples"), 3);
}

TEST_F(CampaignTest, OptionsSurviveJson) {
    auto options = fake_options(2);
    options.seed = 0x7fffffffffffffffU;
    options.implementations = {"alpha"};
    options.time_budget_s = 2.5;
    const Json json = options.json();
    EXPECT_EQ(CampaignOptions::from_json(JsonReader(json, "options")).json(), json);
}

}  // namespace
}  // namespace ridge::tuner
