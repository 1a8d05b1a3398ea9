// SPDX-License-Identifier: Apache-2.0
#include "tuner/search_space.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "core/error.hpp"
#include "tuner/expression.hpp"

namespace ridge::tuner {
namespace {

using testing::HasSubstr;

TunableParameter parameter(const std::string& name, const std::vector<std::int64_t>& values) {
    TunableParameter out{
        .name = name, .values = {}, .default_value = values.empty() ? 0 : values.front(), .meaning = ""};
    for (const auto value : values) out.values.emplace_back(value);
    return out;
}

std::string refusal(const ParameterSpace& space) {
    try {
        return "has " +
               std::to_string(SearchSpace(space, "owner", {.visited = 20000, .valid = 20000}).size());
    } catch (const InputError& error) {
        return error.what();
    }
}

std::vector<std::string> texts(const SearchSpace& space) {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < space.size(); ++i) out.push_back(space.config(i).text());
    return out;
}

// Every combination by counting, the last parameter fastest, filtered by the constraints one by one.
std::vector<std::string> brute_force(const ParameterSpace& space) {
    std::vector<std::string> out;
    std::vector<Expression> constraints;
    for (const auto& text : space.constraints) constraints.push_back(Expression::parse(text));
    std::size_t product = 1;
    for (const auto& one : space.parameters) product *= one.values.size();
    for (std::size_t rank = 0; rank < product; ++rank) {
        KernelConfig config;
        auto rest = rank;
        for (auto one = space.parameters.rbegin(); one != space.parameters.rend(); ++one) {
            config.set(one->name, one->values[rest % one->values.size()]);
            rest /= one->values.size();
        }
        const bool valid = std::ranges::all_of(
            constraints, [&](const auto& constraint) { return truth(constraint.evaluate(config)); });
        if (valid) out.push_back(config.text());
    }
    return out;
}

ParameterSpace random_space(Random& random) {
    const std::vector<std::string> constraints = {
        "p0 + p1 < 9", "p1 % 2 == p2 % 2", "p0 != p2 or p1 > 3", "p0 * p1 <= 12", "min(p0, p2) <= p1 + 1",
        "p2 > 0",      "p0 <= 5",          "not (p0 == p1)"};
    ParameterSpace space;
    for (const std::string name : {"p0", "p1", "p2"}) {
        std::set<std::int64_t> values;
        for (auto count = 2 + below(random, 5); values.size() < count;)
            values.insert(static_cast<std::int64_t>(below(random, 8)));
        space.parameters.push_back(parameter(name, {values.begin(), values.end()}));
    }
    for (const auto& constraint : constraints)
        if (below(random, 3) == 0) space.constraints.push_back(constraint);
    return space;
}

// The default configuration has to be valid: take the first that is.
bool give_valid_default(ParameterSpace& space, const std::vector<std::string>& valid) {
    if (valid.empty()) return false;
    for (auto& one : space.parameters)
        for (const auto& value : one.values)
            if ((valid.front() + " ").find(one.name + "=" + text(value) + " ") != std::string::npos)
                one.default_value = value;
    return true;
}

TEST(SearchSpace, EnumerationEqualsBruteForceOnRandomSpaces) {
    Random random(1);
    int compared = 0;
    for (int i = 0; i < 100; ++i) {
        auto space = random_space(random);
        const auto expected = brute_force(space);
        if (!give_valid_default(space, expected)) {
            EXPECT_THAT(refusal(space), HasSubstr("no configuration satisfies"));
            continue;
        }
        EXPECT_EQ(texts(SearchSpace(space, "owner")), expected);
        ++compared;
    }
    EXPECT_GT(compared, 60);
}

TEST(SearchSpace, IndexIsTheInverseOfConfig) {
    Random random(7);
    auto parameters = random_space(random);
    parameters.constraints = {"p0 + p1 != p2"};
    ASSERT_TRUE(give_valid_default(parameters, brute_force(parameters)));
    const SearchSpace space(parameters, "owner");
    for (std::size_t i = 0; i < space.size(); ++i) EXPECT_EQ(space.index(space.config(i)), i);
    EXPECT_EQ(space.config(space.default_index()), parameters.default_config());
}

TEST(SearchSpace, IndexOfAConfigThatIsNotValidIsNothing) {
    const SearchSpace space(
        {.parameters = {parameter("a", {1, 2}), parameter("b", {1, 2})}, .constraints = {"a <= b"}}, "owner");
    const auto index = [&](std::map<std::string, ParameterValue> values) {
        return space.index(KernelConfig(std::move(values)));
    };
    EXPECT_TRUE(index({{"a", std::int64_t{1}}, {"b", std::int64_t{2}}}));
    EXPECT_FALSE(index({{"a", std::int64_t{2}}, {"b", std::int64_t{1}}}));
    EXPECT_FALSE(index({{"a", std::int64_t{3}}, {"b", std::int64_t{1}}}));
    EXPECT_FALSE(index({{"a", std::int64_t{1}}}));
    EXPECT_FALSE(index({{"a", std::int64_t{1}}, {"c", std::int64_t{1}}}));
}

// 96 configurations, 48,000 draws: chi-squared with 95 degrees of freedom is below 152 in all but 0.02 % of
// cases.
TEST(SearchSpace, RandomConfigurationsAreUniform) {
    const SearchSpace space({.parameters = {parameter("a", {0, 1, 2, 3, 4, 5, 6, 7}),
                                            parameter("b", {0, 1, 2, 3, 4, 5}), parameter("c", {0, 1, 2, 3})},
                             .constraints = {"(a + b + c) % 2 == 0"}},
                            "owner");
    ASSERT_EQ(space.size(), 96U);
    Random random(3);
    std::vector<double> counts(space.size());
    constexpr double expected = 500;
    for (int i = 0; i < 96 * 500; ++i) counts[space.random_index(random)] += 1;
    double chi_squared = 0;
    for (const double count : counts) chi_squared += (count - expected) * (count - expected) / expected;
    EXPECT_LT(chi_squared, 152);
}

std::vector<std::int64_t> up_to(std::int64_t last) {
    std::vector<std::int64_t> out;
    for (std::int64_t value = 1; value <= last; ++value) out.push_back(value);
    return out;
}

// 10^18 configurations, none of which is stored.
TEST(SearchSpace, IndependentParametersAreNotEnumerated) {
    ParameterSpace parameters;
    for (int i = 0; i < 18; ++i)
        parameters.parameters.push_back(parameter("p" + std::to_string(i), up_to(10)));
    const SearchSpace space(parameters, "owner");
    EXPECT_EQ(space.size(), 1'000'000'000'000'000'000U);
    Random random(5);
    for (int i = 0; i < 100; ++i) {
        const auto index = space.random_index(random);
        EXPECT_EQ(space.index(space.config(index)), index);
    }
}

// 10^9 combinations; with each two of the six digits a chain ascends strictly: C(10, 6) of 10^6 choices,
// times 10^3.
TEST(SearchSpace, ConstraintsOverLateParametersAreLookedAtEarly) {
    ParameterSpace parameters;
    for (int i = 0; i < 9; ++i)
        parameters.parameters.push_back(parameter("p" + std::to_string(i), up_to(10)));
    for (int i = 0; i < 6; ++i)
        parameters.parameters[static_cast<std::size_t>(i)].default_value = std::int64_t{i + 1};
    parameters.constraints = {"p4 < p5", "p3 < p4", "p2 < p3", "p1 < p2", "p0 < p1"};
    const SearchSpace space(parameters, "owner", {.visited = 20000, .valid = 20000});
    EXPECT_EQ(space.size(), 210U * 1000U);
}

TEST(SearchSpace, OfGivenConfigurationsHasExactlyThese) {
    const ParameterSpace parameters{.parameters = {parameter("a", {1, 2, 3}), parameter("b", {1, 2})},
                                    .constraints = {"a > 100"}};
    const auto config = [](std::int64_t a, std::int64_t b) { return KernelConfig({{"a", a}, {"b", b}}); };
    const SearchSpace space(parameters, {config(3, 1), config(2, 2)}, "owner");
    EXPECT_EQ(space.size(), 2U);
    EXPECT_EQ(space.config(space.default_index()), config(3, 1));
    EXPECT_FALSE(space.index(config(1, 1)));
    EXPECT_THROW(SearchSpace(parameters, {config(4, 1)}, "owner"), InputError);
    EXPECT_THROW(SearchSpace(parameters, {config(3, 1), config(3, 1)}, "owner"), InputError);
}

TEST(SearchSpace, WithoutParametersHasTheEmptyConfiguration) {
    const SearchSpace space({}, "owner");
    ASSERT_EQ(space.size(), 1U);
    EXPECT_EQ(space.config(0).text(), "");
    EXPECT_EQ(space.index(KernelConfig{}), 0U);
}

TEST(SearchSpace, ContradictionNamesTheConstraintsThatRefusedLast) {
    const auto message = refusal({.parameters = {parameter("a", {1, 2, 3}), parameter("b", {1, 2})},
                                  .constraints = {"a > 1", "a + b > 9", "b != 1 or a < 0"}});
    EXPECT_THAT(message, HasSubstr("owner: no configuration satisfies all constraints"));
    EXPECT_THAT(message, HasSubstr("'a + b > 9'"));
    EXPECT_THAT(message, testing::Not(HasSubstr("'a > 1'")));
}

TEST(SearchSpace, PrunesAsSoonAsNamesAreBound) {
    // 30 parameters of two values: 2^30 combinations, of which the constraints leave one path.
    ParameterSpace space;
    for (int i = 0; i < 30; ++i) {
        const auto name = "p" + std::to_string(i);
        space.parameters.push_back(parameter(name, {0, 1}));
        space.constraints.push_back(name + " == 0");
    }
    EXPECT_EQ(SearchSpace(space, "owner").size(), 1U);
}

struct Refused {
    ParameterSpace space;
    const char* why;
};

TEST(SearchSpace, MistakesAreRefusedWithTheirName) {
    ParameterSpace huge, many;
    for (int i = 0; i < 65; ++i) many.parameters.push_back(parameter("p" + std::to_string(i), {1}));
    for (int i = 0; i < 15; ++i) huge.parameters.push_back(parameter("p" + std::to_string(i), {1, 2}));
    std::string sum = "p0";
    for (int i = 1; i < 15; ++i) sum += " + p" + std::to_string(i);
    huge.constraints = {sum + " > 0"};
    auto no_default = parameter("a", {1, 2});
    no_default.default_value = std::int64_t{5};
    const auto a = parameter("a", {1, 2});
    const std::vector<Refused> table = {
        {{{a, a}, {}}, "parameter 'a' stands twice"},
        {{{parameter("a", {})}, {}}, "parameter 'a' has no value"},
        {{{parameter("a", {1, 1})}, {}}, "has the value 1 twice"},
        {{{no_default}, {}}, "the default 5 of parameter 'a' is none of its values"},
        {{{a}, {"a > 1"}}, "the default configuration 'a=1' violates the constraint 'a > 1'"},
        {{{parameter("tile_m", {1})}, {"tile_n > 0"}},
         "names 'tile_n', which is no parameter; did you mean 'tile_m'?"},
        {{{a}, {"a >"}}, "expression 'a >', column 4"},
        {{{a}, {"1 // (a - 1) > 0"}},
         "owner: expression '1 // (a - 1) > 0', column 3: division by zero, with a=1"},
        {{{a}, {"1 > 2"}}, "no configuration satisfies"},
        {huge, "too large to enumerate"},
        {many, "65 parameters, should be at most 64"}};
    for (const auto& [space, why] : table) EXPECT_THAT(refusal(space), HasSubstr(why));
}

}  // namespace
}  // namespace ridge::tuner
