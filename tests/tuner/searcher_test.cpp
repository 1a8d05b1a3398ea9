// SPDX-License-Identifier: Apache-2.0
#include "tuner/searcher.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "core/error.hpp"

namespace ridge::tuner {
namespace {

using testing::HasSubstr;

SearchSpace make_space() {
    ParameterSpace space{.parameters = {}, .constraints = {"(a + b) % 3 != 0"}};
    for (const std::string name : {"a", "b"}) {
        TunableParameter parameter{
            .name = name, .values = {}, .default_value = std::int64_t{5}, .meaning = ""};
        for (std::int64_t value = 0; value < 9; ++value) parameter.values.emplace_back(value);
        space.parameters.push_back(parameter);
    }
    return SearchSpace(space, "test");
}

std::vector<std::string> proposals(Searcher& searcher, const SearchSpace& space, std::uint64_t seed) {
    std::vector<std::string> out;
    searcher.start(space, seed);
    while (const auto config = searcher.next()) {
        out.push_back(config->text());
        searcher.tell(*config, {.status = Status::ok, .median_s = 1.0});
        if (out.size() > space.size()) break;
    }
    return out;
}

class EverySearcher : public testing::TestWithParam<std::string> {
  protected:
    const SearchSpace space_ = make_space();
    std::unique_ptr<Searcher> searcher_ = make_searcher(GetParam());
};

TEST_P(EverySearcher, ProposesTheDefaultFirst) {
    EXPECT_EQ(proposals(*searcher_, space_, 1).front(), space_.parameters().default_config().text());
}

TEST_P(EverySearcher, CoversAllExactlyOnce) {
    const auto given = proposals(*searcher_, space_, 2);
    EXPECT_EQ(given.size(), space_.size());
    EXPECT_EQ(std::set(given.begin(), given.end()).size(), space_.size());
}

TEST_P(EverySearcher, IsDeterministicForASeedAndStartsAnew) {
    const auto first = proposals(*searcher_, space_, 3);
    EXPECT_EQ(proposals(*searcher_, space_, 3), first);
    EXPECT_EQ(proposals(*make_searcher(GetParam()), space_, 3), first);
}

TEST_P(EverySearcher, KnowsItsName) { EXPECT_EQ(searcher_->name(), GetParam()); }

TEST_P(EverySearcher, EndsAtOnceAfterTheOnlyConfiguration) {
    const SearchSpace one({}, "test");
    EXPECT_EQ(proposals(*searcher_, one, 1), std::vector<std::string>{""});
}

std::vector<std::string> names() {
    std::vector<std::string> out;
    for (const auto& info : searchers()) out.emplace_back(info.name);
    return out;
}

INSTANTIATE_TEST_SUITE_P(Registry, EverySearcher, testing::ValuesIn(names()),
                         [](const auto& one) { return one.param; });

TEST(RandomSearcher, SeedsGiveDifferentOrders) {
    const auto space = make_space();
    const auto searcher = make_searcher("random");
    EXPECT_NE(proposals(*searcher, space, 1), proposals(*searcher, space, 2));
}

// 2,000 seeds, 53 places left: each configuration should be second about 37.7 times (standard deviation 6.1).
TEST(RandomSearcher, EveryConfigurationIsAsLikelyToComeSecond) {
    const auto space = make_space();
    const auto searcher = make_searcher("random");
    std::map<std::string, int> second;
    for (std::uint64_t seed = 0; seed < 2000; ++seed) {
        searcher->start(space, seed);
        static_cast<void>(searcher->next());
        ++second[searcher->next()->text()];
    }
    EXPECT_EQ(second.size(), space.size() - 1);
    for (const auto& [config, count] : second) EXPECT_NEAR(count, 37.7, 31) << config;
}

TEST(Searchers, UnknownNameIsRefusedWithTheNearest) {
    try {
        static_cast<void>(make_searcher("randon"));
        FAIL();
    } catch (const InputError& error) {
        EXPECT_THAT(error.what(), HasSubstr("did you mean 'random'?"));
    }
}

}  // namespace
}  // namespace ridge::tuner
