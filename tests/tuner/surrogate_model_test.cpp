// SPDX-License-Identifier: Apache-2.0
#include "tuner/surrogate/surrogate_model.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "tuner/neighbours.hpp"

namespace ridge::tuner {
namespace {

// Four parameters of `values` values each.
SearchSpace space_of(std::int64_t values) {
    ParameterSpace space;
    for (const std::string name : {"a", "b", "c", "d"}) {
        TunableParameter parameter{
            .name = name, .values = {}, .default_value = std::int64_t{0}, .meaning = ""};
        for (std::int64_t value = 0; value < values; ++value) parameter.values.emplace_back(value);
        space.parameters.push_back(parameter);
    }
    return SearchSpace(space, "test");
}

// Learns from one trial after the other.
class Learner {
  public:
    explicit Learner(const SearchSpace& space) : space_(space), trials_(space.size()), model_(space, {}) {}

    void tell(std::size_t index, double value) {
        trials_.record(index, {.status = Status::ok, .value = value});
        model_.learn(trials_, random_);
    }
    void tell_any(double value) { tell(trials_.draw(random_), value); }

    // Of all that are one parameter away and not tried: those that the model looks at.
    [[nodiscard]] double share_of_neighbours_looked_at(std::size_t index) const {
        double seen = 0, all = 0;
        for (const auto near : one_apart(space_, index)) {
            if (trials_.known(near)) continue;
            all += 1;
            seen += model_.least_expected({near}) ? 1 : 0;
        }
        return seen / all;
    }
    [[nodiscard]] const SurrogateModel& model() const { return model_; }
    [[nodiscard]] const Trials& trials() const { return trials_; }
    [[nodiscard]] std::size_t any() { return trials_.draw(random_); }

  private:
    const SearchSpace& space_;
    Random random_{7};
    Trials trials_;
    SurrogateModel model_;
};

// 20736 configurations, of which a sample of 6000 is looked at: under a third.
TEST(SurrogateModel, DrawsItsSampleAnewAroundANewBest) {
    const auto space = space_of(12);
    Learner learner(space);
    for (int i = 0; i < 40; ++i) learner.tell_any(100.0 + i);
    const auto next = learner.any();
    EXPECT_LT(learner.share_of_neighbours_looked_at(next), 0.7);
    learner.tell(next, 1);
    EXPECT_EQ(learner.share_of_neighbours_looked_at(next), 1);
}

TEST(SurrogateModel, KeepsItsSampleWhileNothingIsBetter) {
    const auto space = space_of(12);
    Learner learner(space);
    for (int i = 0; i < 40; ++i) learner.tell_any(100.0 + i);
    std::vector<std::size_t> all(space.size());
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
    const auto looked_at = [&] {
        std::vector<std::size_t> out;
        for (const auto index : all)
            if (learner.model().least_expected({index})) out.push_back(index);
        return out;
    };
    const auto before = looked_at();
    EXPECT_LE(before.size(), 6000U);
    EXPECT_GT(before.size(), 4000U);
    const auto tried = before[before.size() / 2];
    learner.tell(tried, 1000);
    auto left = before;
    std::erase(left, tried);
    EXPECT_EQ(looked_at(), left) << "without what was tried";
}

TEST(SurrogateModel, LooksAtAllOfASmallSpace) {
    const auto space = space_of(3);
    Learner learner(space);
    for (int i = 0; i < 5; ++i) learner.tell_any(10.0 + i);
    for (std::size_t index = 0; index < space.size(); ++index)
        EXPECT_EQ(learner.model().least_expected({index}).has_value(), !learner.trials().known(index));
}

// More trials than the process takes: it begins anew with the best of them, and goes on.
TEST(SurrogateModel, GoesOnWhenItsObservationsAreFull) {
    const auto space = space_of(12);
    Learner learner(space);
    const auto best = learner.any();
    learner.tell(best, 1);
    for (int i = 0; i < 300; ++i) learner.tell_any(100.0 + i);
    EXPECT_EQ(learner.share_of_neighbours_looked_at(best), 1);
    const auto proposed = learner.model().most_promising();
    ASSERT_TRUE(proposed);
    EXPECT_FALSE(learner.trials().known(*proposed));
}

}  // namespace
}  // namespace ridge::tuner
