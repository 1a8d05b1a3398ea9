// SPDX-License-Identifier: Apache-2.0
#include "tuner/score.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.hpp"

namespace ridge::tuner {
namespace {

using testing::HasSubstr;

TunableParameter numbers(const std::string& name, std::int64_t count) {
    TunableParameter out{.name = name, .values = {}, .default_value = std::int64_t{0}, .meaning = ""};
    for (std::int64_t value = 0; value < count; ++value) out.values.emplace_back(value);
    return out;
}

RecordedConfig recorded(const std::string& name, std::int64_t value, std::optional<double> time_s) {
    RecordedConfig out;
    out.config.set(name, value);
    out.status = time_s ? Status::ok : Status::failed;
    out.objective = time_s;
    out.compile_s = 1;
    return out;
}

// Values 1 to `count`, prime to 37, each tried in a second, in an order that says nothing.
RecordedSpace line(std::int64_t count = 99) {
    RecordedSpace space;
    space.kernel = "line";
    space.parameters.parameters = {numbers("x", count)};
    for (std::int64_t x = 0; x < count; ++x)
        space.configs.push_back(recorded("x", x, static_cast<double>((x * 37) % count + 1)));
    return space;
}

// Median 50, so the target is 1 + 49 / 20 = 3.45. The first value below, 3, is the 97th from the worst, and
// random search is expected to be there after ceil(97 / (100 - 97)) = 33 tries.
TEST(Score, BudgetIsThatOfRandomSearch) { EXPECT_DOUBLE_EQ(budget_s(Replay(line()), 0.95), 33); }

// The best of 33 of 99 is expected at place 33 * 100 / 34 = 97 counted from 0, the worst first: value 2.
TEST(Score, BaselineIsTheExpectedBestOfThatManyDraws) {
    const Replay replay(line());
    const RandomBaseline baseline(replay);
    EXPECT_EQ(baseline.at(33), 2);
    EXPECT_EQ(baseline.at(0), 49);  // one draw at least: place 100 / 2 = 50
    EXPECT_EQ(baseline.at(1e6), 1);
}

TEST(Score, FailuresCostTimeAndAreNoValues) {
    auto space = line();
    space.parameters.parameters = {numbers("x", 198)};
    for (std::int64_t x = 99; x < 198; ++x) space.configs.push_back(recorded("x", x, std::nullopt));
    const Replay replay(space);
    EXPECT_EQ(replay.values().size(), 99U);
    EXPECT_EQ(RandomBaseline(replay).at(49.5), 2);  // 1.5 s for each value
}

ScoreOptions options(const std::string& searcher, std::size_t repeats) {
    ScoreOptions out;
    out.searcher = searcher;
    out.repeats = repeats;
    return out;
}

// A little below: the published baseline counts ranks from one and rounds the draws, and so is ahead by half
// a draw.
TEST(Score, RandomSearchIsNearZero) {
    const auto found = score(Replay(line(1999)), options("random", 300));
    EXPECT_NEAR(found.score.value, 0, 0.1);
    EXPECT_LE(found.score.interval().low, found.score.value);
    EXPECT_GE(found.score.interval().high, found.score.value);
}

// Along a line that falls steadily the surrogate finds the end at once; random search needs half of it.
TEST(Score, ASearchThatLearnsIsNearOneWhereThereIsSomethingToLearn) {
    RecordedSpace space = line();
    for (std::int64_t x = 0; x < 99; ++x)
        space.configs[static_cast<std::size_t>(x)].objective = static_cast<double>(100 - x);
    const Replay replay(space);
    const auto learned = score(replay, options("bayesian", 10));
    EXPECT_GT(learned.score.value, 0.6);
    EXPECT_EQ(learned.share[2].value, 1);
    EXPECT_LT(learned.evaluations_until[0], 15);
    EXPECT_GT(score(replay, options("random", 100)).evaluations_until[0], 30);
}

TEST(Score, IntervalsOfSharesStayBelowOneAndTheMeanHasOne) {
    const Replay replay(line());
    const auto found = score(replay, options("random", 20));
    for (std::size_t i = 0; i < share_points.size(); ++i) {
        const auto interval = found.share[i].interval();
        EXPECT_LE(interval.high, 1);
        EXPECT_LE(interval.low, found.share[i].value);
        EXPECT_GE(interval.high, found.share[i].value);
    }
    const auto own = found.score.interval();
    auto other = found.score;
    other.value += 1;
    for (auto& score : other.resampled) score += 1;
    const auto both = mean_figure(std::vector<Figure>{found.score, other});
    EXPECT_NEAR(both.value, found.score.value + 0.5, 1e-12);
    EXPECT_NEAR(both.interval().low, own.low + 0.5, 1e-12);
    EXPECT_NEAR(both.interval().high, own.high + 0.5, 1e-12);
}

// Repeats of all spaces are drawn together: a space that is recorded twice is not more evidence.
TEST(Score, TheSameSpaceUnderTwoNamesHasTheIntervalOfOne) {
    auto again = line();
    again.kernel = "another name";
    const auto one = score(Replay(line()), options("random", 20)).score;
    const auto both =
        mean_figure(std::vector<Figure>{one, score(Replay(again), options("random", 20)).score});
    EXPECT_NEAR(both.interval().low, one.interval().low, 1e-12);
    EXPECT_NEAR(both.interval().high, one.interval().high, 1e-12);
}

// Of a hundred searches of 99 values for the best one, half have it after 50.
TEST(Score, EvaluationsUntilHaveTheIntervalOfTheirMedian) {
    const auto found = score(Replay(line()), options("random", 100));
    EXPECT_LE(found.until_interval[0].low, found.evaluations_until[0]);
    EXPECT_GE(found.until_interval[0].high, found.evaluations_until[0]);
    EXPECT_NEAR(found.until_interval[0].low, 40, 12);
    EXPECT_NEAR(found.until_interval[0].high, 60, 12);
}

TEST(Score, IsTheSameInOneThreadAndInTwo) {
    const Replay replay(line());
    auto two = options("genetic", 12);
    two.threads = 2;
    const auto one = score(replay, options("genetic", 12)), other = score(replay, two);
    EXPECT_EQ(one.score.resampled, other.score.resampled);
    for (std::size_t i = 0; i < share_points.size(); ++i) EXPECT_EQ(one.share[i].value, other.share[i].value);
}

TEST(Score, RefusesWhatMakesNoSense) {
    const Replay replay(line());
    const auto refusal = [&](ScoreOptions wrong) -> std::string {
        try {
            static_cast<void>(score(replay, wrong));
            return "";
        } catch (const InputError& error) {
            return error.what();
        }
    };
    EXPECT_THAT(refusal(options("random", 0)), HasSubstr("repeats is 0"));
    auto cutoff = options("random", 1);
    cutoff.cutoff = 1;
    EXPECT_THAT(refusal(cutoff), HasSubstr("0 < first < last < 1"));
    EXPECT_THAT(refusal(options("randon", 1)), HasSubstr("did you mean 'random'?"));
}

TEST(Replay, EndsWithItsBudget) {
    const Replay replay(line());
    const auto searcher = make_searcher("random");
    EXPECT_EQ(replay.run(*searcher, 1, {.evaluations = 7}).size(), 7U);
    EXPECT_EQ(replay.run(*searcher, 1, {.time_s = 4.5}).size(), 5U);
    const auto all = replay.run(*searcher, 1, {});
    EXPECT_EQ(all.size(), 99U);
    EXPECT_EQ(all.back().best, 1);
    EXPECT_EQ(all.back().elapsed_s, 99);
}

TEST(Replay, WithoutAnOkConfigurationIsRefused) {
    RecordedSpace space;
    space.parameters.parameters = {numbers("x", 1)};
    space.configs = {recorded("x", 0, std::nullopt)};
    EXPECT_THROW(Replay{space}, InputError);
}

TEST(PriorFrom, TellsWhatTheOtherSpaceSaysOfTheSameValues) {
    const Replay replay(line());
    auto other = line();
    other.parameters.parameters.push_back(numbers("y", 2));
    for (auto& one : other.configs) {
        one.config.set("y", std::int64_t{1});
        *one.objective *= 10;
    }
    other.configs.pop_back();
    const auto prior = prior_from(other, replay.space());
    EXPECT_EQ(prior(2), 10 * replay.outcome(2).value.value());
    EXPECT_FALSE(prior(98));
}

}  // namespace
}  // namespace ridge::tuner
