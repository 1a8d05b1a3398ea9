// SPDX-License-Identifier: Apache-2.0
// Campaigns with several workers, several objectives, and a budget for the whole suite.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "core/error.hpp"
#include "tests/tuner/support.hpp"
#include "tuner/campaign.hpp"

namespace ridge::tuner {
namespace {

using testing::HasSubstr;
using testing_support::fake_options;
using testing_support::fake_worker;

constexpr std::size_t alpha_size = 6 + 6 + 4 + 3, beta_size = 3;

class CrewTest : public testing::Test {
  protected:
    static std::vector<Worker> workers(std::size_t count, const WorkerOptions& options) {
        std::vector<Worker> out;
        for (std::size_t i = 0; i < count; ++i) out.emplace_back(options);
        return out;
    }
    CampaignResult run(const CampaignOptions& options, std::size_t count, const std::string& mode = "ok",
                       CampaignHooks hooks = {}) {
        auto crew = workers(count, fake_worker(mode));
        return run_campaign(store_, crew, options, hooks);
    }
    std::set<std::string> configurations() const {
        std::set<std::string> out;
        for (const auto& record : store_.measurements({}))
            out.insert(record.call + record.implementation + record.config.text());
        return out;
    }

    testing_support::TemporaryFolder folder_;
    db::Store store_{folder_ / "ridge.db", db::Access::create};
};

TEST_F(CrewTest, ManyCallsAndManyWorkersMeasureEveryConfigurationOnce) {
    const auto result = run(fake_options(5), 3);
    EXPECT_EQ(result.state, "finished");
    EXPECT_EQ(result.added, 5 * (alpha_size + beta_size));
    EXPECT_EQ(configurations().size(), 5 * (alpha_size + beta_size));
    for (const auto& call : result.calls) EXPECT_EQ(call.best->best.config.text(), "a=4 b=1");
    EXPECT_EQ(result.workers, 3U);
    EXPECT_GT(result.busy_share(), 0);
    EXPECT_LE(result.busy_share(), 1);
}

class EverySearcherInACrew : public CrewTest, public testing::WithParamInterface<const char*> {};

// Several configurations of one search are in flight; none is measured twice, and none is left out.
TEST_P(EverySearcherInACrew, OneCallIsSharedByWorkers) {
    auto options = fake_options(1);
    options.searcher = GetParam();
    options.implementations = {"alpha"};
    const auto result = run(options, 4);
    EXPECT_EQ(result.added, alpha_size);
    EXPECT_EQ(configurations().size(), alpha_size);
    EXPECT_EQ(result.calls.at(0).best->best.config.text(), "a=4 b=1");
    EXPECT_EQ(store_.measurements({}).size(), alpha_size);
}

INSTANTIATE_TEST_SUITE_P(Crew, EverySearcherInACrew,
                         testing::Values("portfolio", "annealing", "genetic", "random", "exhaustive"));

TEST_F(CrewTest, WorkersMeasureAtTheSameTime) {
    auto options = fake_options(4);
    options.implementations = {"beta"};
    auto slow = fake_worker("ok");
    slow.launcher = {"env", "FAKE_WORKER_SECONDS=0.2"};
    auto crew = workers(4, slow);
    const auto result = run_campaign(store_, crew, options, {});
    EXPECT_EQ(result.added, 4 * beta_size);
    // One after the other they would be busy for no longer than it took.
    EXPECT_GT(result.busy_s, 1.2 * result.wall_s);
}

// A worker that ends after two answers and cannot be started again: the others take its work over.
TEST_F(CrewTest, WhatALostWorkerHadIsMeasuredByAnother) {
    const auto gate = folder_ / "gate";
    std::ofstream(gate) << "open";
    auto mortal = fake_worker("segv");
    mortal.launcher = {"/bin/sh", "-c", "test -e '" + gate.string() + "' && exec \"$@\"", "sh"};
    std::vector<Worker> crew;
    crew.emplace_back(mortal);
    // Slow enough that the other one gets something to lose, also on a busy machine.
    auto survivor = fake_worker("ok");
    survivor.launcher = {"env", "FAKE_WORKER_SECONDS=0.02"};
    crew.emplace_back(survivor);
    std::filesystem::remove(gate);
    std::vector<std::string> notes;
    CampaignHooks hooks;
    hooks.note = [&](const std::string& text) { notes.push_back(text); };
    auto options = fake_options(2);
    options.implementations = {"alpha"};
    const auto result = run_campaign(store_, crew, options, hooks);
    EXPECT_EQ(result.state, "finished");
    EXPECT_EQ(configurations().size(), 2 * alpha_size);
    EXPECT_THAT(notes, testing::Contains(HasSubstr("worker 1 was lost")));
}

TEST_F(CrewTest, WorkersOfOneCampaignAreAlike) {
    auto elsewhere = fake_worker("ok");
    elsewhere.launcher = {"env", "FAKE_WORKER_DEVICE=other"};
    const auto refusal = [&](const WorkerOptions& second) {
        std::vector<Worker> crew;
        crew.emplace_back(fake_worker("ok"));
        crew.emplace_back(second);
        try {
            return run_campaign(store_, crew, fake_options(1), {}).state;
        } catch (const InputError& error) {
            return std::string(error.what());
        }
    };
    EXPECT_THAT(refusal(elsewhere), HasSubstr("worker 2 is on device 'other', the first one on 'fake'"));
    EXPECT_THAT(refusal(fake_worker("changed-space")), HasSubstr("worker 2 has other implementations"));
}

TEST_F(CrewTest, AnInterruptedCrewIsResumedByOneWorker) {
    std::atomic<bool> stop = false;
    CampaignHooks hooks;
    hooks.stop = &stop;
    hooks.progress = [&](const Progress& progress) { stop = progress.measured >= 20; };
    const auto interrupted = run(fake_options(3), 3, "ok", hooks);
    EXPECT_EQ(interrupted.state, "interrupted");
    Worker one(fake_worker("ok"));
    const auto resumed = resume_campaign(store_, {&one, 1}, "", {});
    EXPECT_EQ(resumed.state, "finished");
    EXPECT_EQ(interrupted.added + resumed.added, 3 * (alpha_size + beta_size));
    EXPECT_EQ(configurations().size(), 3 * (alpha_size + beta_size));
}

// Energy falls with a, the workspace with b, and time is least at a=4 b=1.
TEST_F(CrewTest, SearchesFollowTheObjective) {
    auto options = fake_options(1);
    options.implementations = {"alpha"};
    options.searcher = "greedy";
    options.max_configs = 12;
    options.objectives = {db::Objective::energy};
    const auto uuid = run(options, 1, "counters").uuid;
    const auto fronts = db::pareto_fronts(store_.measurements({.campaign = uuid}), options.objectives);
    EXPECT_EQ(fronts.at(0).members.front().config.values().at("a"), ParameterValue(std::int64_t{6}));
}

TEST_F(CrewTest, SeveralObjectivesGiveTheEndsOfTheFront) {
    auto options = fake_options(1);
    options.implementations = {"alpha"};
    options.objectives = {db::Objective::time, db::Objective::energy, db::Objective::workspace};
    static_cast<void>(run(options, 1, "counters"));
    const auto front = db::pareto_fronts(store_.measurements({}), options.objectives).at(0).members;
    EXPECT_EQ(front.front().config.text(), "a=4 b=1");
    EXPECT_EQ(front.size(), 3U + 2U + 2U + 1U);  // a=4 b=1,2,3; a=5 b=1,2; a=6 b=1,2; a=3 b=4
}

TEST_F(CrewTest, AnObjectiveThatNobodyMeasuresIsSaid) {
    auto options = fake_options(1);
    options.objectives = {db::Objective::energy};
    EXPECT_THROW(static_cast<void>(run(options, 1)), EnvironmentError);
    EXPECT_EQ(store_.campaigns().front().state, "interrupted");
}

// beta has nothing to gain on its call, so that the measurements of the suite go to the other one.
TEST_F(CrewTest, TheBudgetOfAWholeSuiteGoesWhereItPays) {
    auto options = fake_options(2);
    options.whole_suite = true;
    options.searcher = "random";
    options.max_configs = 3;
    options.suite.calls[1].weight = 1e-6;
    const auto result = run(options, 1);
    EXPECT_EQ(result.added, 2U * 2 * 3);
    const auto on = [&](std::size_t call) {
        db::Filter filter;
        filter.call = options.suite.calls[call].call;
        return store_.measurements(filter).size();
    };
    EXPECT_EQ(on(1), 2U);  // the default configurations
    EXPECT_EQ(on(0), 10U);
    const auto total = suite_total(result.calls);
    EXPECT_EQ(total.calls, 2U);
    EXPECT_LE(total.best_s, total.default_s);
}

TEST_F(CrewTest, AWholeSuiteNeedsABudget) {
    auto options = fake_options(1);
    options.whole_suite = true;
    EXPECT_THROW(static_cast<void>(run(options, 1)), InputError);
}

TEST(SuiteTotal, IsTheWeightedSumOfWhatIsKnown) {
    SearchResult known, unknown;
    known.call.weight = 3;
    known.default_median_s = 4.0;
    known.best.emplace();
    known.best->best.summary.emplace();
    known.best->best.summary->median = 2.0;
    const auto total = suite_total({known, unknown});
    EXPECT_EQ(total.default_s, 12);
    EXPECT_EQ(total.best_s, 6);
    EXPECT_EQ(total.missing, 1U);
}

}  // namespace
}  // namespace ridge::tuner
