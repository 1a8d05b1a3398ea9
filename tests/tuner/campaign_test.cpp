// SPDX-License-Identifier: Apache-2.0
#include "tuner/campaign.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tuner/campaign_support.hpp"

namespace ridge::tuner {
namespace {

using testing_support::alpha_size;
using testing_support::beta_size;
using testing_support::CampaignTest;
using testing_support::fake_options;
using testing_support::keys;
using testing_support::turns_of_a_final;

// The three configurations of beta take the same time; alpha has a single best one.
TEST_F(CampaignTest, TheBestThatCannotBeToldApartAreMeasuredAgain) {
    auto options = fake_options(1);
    options.finalists = 2;
    options.implementations = {"beta"};
    const auto result = run(options);
    EXPECT_EQ(result.added, beta_size + 2 * turns_of_a_final);
    const auto all = records();
    EXPECT_EQ(std::ranges::count(all, 1, &db::Record::round), 2);
    EXPECT_EQ(result.calls.at(0).best->best.round, 5);
    EXPECT_EQ(result.calls.at(0).best->best.summary->count, 7U * turns_of_a_final);
    EXPECT_EQ(result.calls.at(0).ok, beta_size);
    options.implementations = {"alpha"};
    EXPECT_EQ(run(options).added, alpha_size);
}

// alpha is fastest at a=4 b=1, the thirteenth configuration in the order of the space; beta never gets
// better.
TEST_F(CampaignTest, ASearchEndsWhenItHasRunOutOfPatience) {
    auto options = fake_options(1);
    options.patience = 2;
    const auto result = run(options);
    const auto all = records();
    EXPECT_EQ(std::ranges::count(all, "beta", &db::Record::implementation), 3);
    EXPECT_LT(result.added, alpha_size + beta_size);
}

TEST_F(CampaignTest, ACallEndsWhenItsBestIsGoodEnough) {
    auto options = fake_options(1);
    options.good_enough = 0.9;
    options.implementations = {"alpha"};
    CampaignHooks hooks;
    hooks.roof_time_s = [](const SuiteCall&) { return std::optional(1e-6); };
    const auto result = run(options, "ok", hooks);
    EXPECT_EQ(result.state, "finished");
    EXPECT_LT(result.added, alpha_size);
    EXPECT_LE(result.calls.at(0).best->best.summary->median, 1e-6 / 0.9);
    // Without roofs nothing can be good enough, and it is said.
    const auto without = run(options);
    EXPECT_EQ(without.added, alpha_size);
    EXPECT_THAT(without.notes, testing::Contains(testing::HasSubstr("has no measured roof")));
}

// What another campaign measured on a call nearby is where the next one begins, after the default.
TEST_F(CampaignTest, SearchesBeginWithWhatTheStoreKnowsOfACallNearby) {
    auto options = fake_options(1);
    options.implementations = {"alpha"};
    static_cast<void>(run(options));
    options.suite = testing_support::fake_suite(3);
    options.suite.calls.erase(options.suite.calls.begin(), options.suite.calls.begin() + 2);
    options.searcher = "portfolio";
    options.max_configs = 2;
    const auto result = run(options);
    EXPECT_EQ(result.calls.at(0).best->best.config.text(), "a=4 b=1");
    options.use_prior = false;
    options.seed = 2;
    EXPECT_NE(run(options).calls.at(0).best->best.config.text(), "a=4 b=1");
}

TEST_F(CampaignTest, ExhaustiveMeasuresEveryConfigurationOnce) {
    const auto result = run(fake_options(2));
    EXPECT_EQ(result.state, "finished");
    EXPECT_EQ(result.added, 2 * (alpha_size + beta_size));
    EXPECT_EQ(records().size(), result.added);
    EXPECT_EQ(keys(records()).size(), result.added);
    ASSERT_EQ(result.calls.size(), 2U);
    const auto& first = result.calls.front();
    ASSERT_TRUE(first.best);
    EXPECT_EQ(first.best->best.config.text(), "a=4 b=1");
    EXPECT_EQ(first.ok, alpha_size + beta_size);
    EXPECT_NEAR(first.gain().value(), 1310.0 / 1010.0, 1e-9);  // default a=1 b=1
}

TEST_F(CampaignTest, EveryRecordSaysWhereItComesFrom) {
    const auto result = run(fake_options(1));
    const auto all = records();
    for (std::size_t i = 0; i < all.size(); ++i) {
        EXPECT_EQ(all[i].campaign, result.uuid);
        EXPECT_EQ(all[i].device, "fake");
        EXPECT_EQ(all[i].order_index, static_cast<std::int64_t>(i));
        EXPECT_EQ(all[i].implementation_version, "1");
        EXPECT_EQ(all[i].source, "fake 1.0");
        EXPECT_FALSE(all[i].taken_at.empty());
        EXPECT_EQ(store_.environment(all[i].environment), Json({{"load", 0}}));
    }
    EXPECT_EQ(store_.campaign(result.uuid)->state, "finished");
    EXPECT_TRUE(store_.device("fake"));
}

TEST_F(CampaignTest, ImplementationsAreInterleavedAndDefaultsComeFirst) {
    run(fake_options(1));
    const auto all = records();
    EXPECT_EQ(all[0].config.text(), "a=1 b=1");
    EXPECT_EQ(all[1].config.text(), "c=x");
    EXPECT_EQ(all[2].implementation, "alpha");
    EXPECT_EQ(all[3].implementation, "beta");
}

TEST_F(CampaignTest, LimitCountsForEachCallAndImplementation) {
    auto options = fake_options(3);
    options.searcher = "random";
    options.max_configs = 2;
    EXPECT_EQ(run(options).added, 3U * 2 * 2);
}

TEST_F(CampaignTest, SpentTimeBudgetStillMeasuresTheDefaults) {
    auto options = fake_options(3);
    options.time_budget_s = 1e-9;
    const auto result = run(options);
    EXPECT_EQ(result.state, "finished");
    EXPECT_EQ(result.cut_by_time, 3U);
    EXPECT_EQ(result.added, 3U * 2);
    for (const auto& call : result.calls) EXPECT_TRUE(call.best);
}

TEST_F(CampaignTest, ProgressCountsAndEstimates) {
    std::vector<std::size_t> measured;
    CampaignHooks hooks;
    hooks.progress = [&](const Progress& progress) {
        measured.push_back(progress.measured);
        EXPECT_EQ(progress.planned, alpha_size + beta_size);
        EXPECT_EQ(progress.calls_total, 1U);
        EXPECT_GE(progress.remaining_s.value(), 0);
        ASSERT_TRUE(progress.best_s);
        EXPECT_LE(*progress.best_s, progress.last->summary->median);
    };
    run(fake_options(1), "ok", hooks);
    EXPECT_EQ(measured.size(), alpha_size + beta_size);
    EXPECT_EQ(measured.back(), alpha_size + beta_size);
}

}  // namespace
}  // namespace ridge::tuner
