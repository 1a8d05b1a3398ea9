// SPDX-License-Identifier: Apache-2.0
#include "tuner/campaign.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <limits>
#include <set>

#include "core/error.hpp"
#include "tests/tuner/support.hpp"

namespace ridge::tuner {
namespace {

using testing::HasSubstr;
using testing_support::fake_options;
using testing_support::fake_worker;

// alpha has 21 configurations: a in 1..6, b in 1..4, a * b <= 12; beta has 3.
constexpr std::size_t alpha_size = 6 + 6 + 4 + 3, beta_size = 3;
// Of configurations that take the same time: they are not told apart before the end.
constexpr std::size_t turns_of_a_final = 5;

class CampaignTest : public testing::Test {
  protected:
    std::vector<db::Record> records() const { return store_.measurements({}); }

    CampaignResult run(const CampaignOptions& options, const std::string& mode = "ok",
                       CampaignHooks hooks = {}) {
        Worker worker(fake_worker(mode));
        return run_campaign(store_, {&worker, 1}, options, hooks);
    }

    CampaignResult resume(const std::string& uuid = "", const std::string& mode = "ok") {
        Worker worker(fake_worker(mode));
        return resume_campaign(store_, {&worker, 1}, uuid, {});
    }

    /// Stops after `count` answers.
    CampaignResult run_and_stop(const CampaignOptions& options, std::size_t count) {
        std::atomic<bool> stop = false;
        CampaignHooks hooks;
        hooks.stop = &stop;
        hooks.progress = [&](const Progress& progress) { stop = progress.measured >= count; };
        return run(options, "ok", hooks);
    }

    std::string resume_refusal(const std::string& uuid = "", const std::string& mode = "ok") {
        try {
            return resume(uuid, mode).state;
        } catch (const InputError& error) {
            return error.what();
        }
    }

    testing_support::TemporaryFolder folder_;
    db::Store store_{folder_ / "ridge.db", db::Access::create};
};

std::set<std::string> keys(const std::vector<db::Record>& records) {
    std::set<std::string> out;
    for (const auto& record : records)
        out.insert(record.call + "|" + std::string(name(record.measurement.cache)) + "|" +
                   record.implementation + "|" + record.config.text());
    return out;
}

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
    // Without roofs nothing can be good enough.
    EXPECT_EQ(run(options).added, alpha_size);
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
    EXPECT_THAT(resume_refusal(), HasSubstr("no campaign to go on with; it has no campaign"));
    const auto done = run(fake_options(1));
    EXPECT_THAT(resume_refusal(),
                HasSubstr("no campaign to go on with; it has: " + done.uuid + " (fake-1, finished)"));
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
