// SPDX-License-Identifier: Apache-2.0
#include "tuner/expression.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"

namespace ridge::tuner {
namespace {

using namespace std::string_literals;
using testing::HasSubstr;

KernelConfig variables() {
    return KernelConfig({{"a", std::int64_t{7}},
                         {"b", std::int64_t{-2}},
                         {"zero", std::int64_t{0}},
                         {"half", 0.5},
                         {"on", true},
                         {"word", "red"s}});
}

ParameterValue value_of(std::string_view text) { return Expression::parse(text).evaluate(variables()); }

std::string refusal(std::string_view text) {
    try {
        const auto value = value_of(text);
        return "gave " + ridge::text(value);
    } catch (const InputError& error) {
        return error.what();
    }
}

struct Case {
    const char* text;
    ParameterValue value;
};

std::ostream& operator<<(std::ostream& out, const Case& one) { return out << one.text; }

ParameterValue whole(std::int64_t value) { return value; }

class ExpressionValues : public testing::TestWithParam<Case> {};

// Values as Python 3 gives them.
TEST_P(ExpressionValues, AsInPython) {
    EXPECT_EQ(value_of(GetParam().text), GetParam().value) << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(
    Arithmetic, ExpressionValues,
    testing::Values(Case{"1 + 2 * 3", whole(7)}, Case{"(1 + 2) * 3", whole(9)}, Case{"10 - 4 - 3", whole(3)},
                    Case{"7 / 2", 3.5}, Case{"6 / 2", 3.0}, Case{"7 // 2", whole(3)},
                    Case{"-7 // 2", whole(-4)}, Case{"7 // -2", whole(-4)}, Case{"-7 % 3", whole(2)},
                    Case{"7 % -3", whole(-2)}, Case{"7.5 % 2", 1.5}, Case{"-7.5 % 2", 0.5},
                    Case{"7.5 // 2", 3.0}, Case{"2 ** 10", whole(1024)}, Case{"2 ** 3 ** 2", whole(512)},
                    Case{"-2 ** 2", whole(-4)}, Case{"2 ** -1", 0.5}, Case{"0 ** 0", whole(1)},
                    Case{"2 ** -1 * 4", 2.0}, Case{"- - 3", whole(3)}, Case{"+a", whole(7)},
                    Case{"1e3", 1000.0}, Case{".5 + 1", 1.5}, Case{"2.", 2.0}, Case{"true + true", whole(2)},
                    Case{"-on", whole(-1)}, Case{"9223372036854775807", whole(INT64_MAX)},
                    Case{"-9223372036854775807 - 1", whole(INT64_MIN)},
                    Case{"(-9223372036854775807 - 1) % -1", whole(0)}, Case{"min(3, 1, 2)", whole(1)},
                    Case{"max(1, 2.5)", 2.5}, Case{"abs(b)", whole(2)}, Case{"abs(-half)", 0.5},
                    Case{"max(a, abs(b) * 4)", whole(8)}));

INSTANTIATE_TEST_SUITE_P(
    Logic, ExpressionValues,
    testing::Values(Case{"a == 7", true}, Case{"a != 7", false}, Case{"1 < a <= 7", true},
                    Case{"1 < a < 7", false}, Case{"3 > 2 > 1", true}, Case{"(3 > 2) > 1", false},
                    Case{"1 == 1.0", true}, Case{"on == 1", true}, Case{"not a == 7", false},
                    Case{"!zero == 1", true}, Case{"not zero and a", whole(7)}, Case{"zero or b", whole(-2)},
                    Case{"zero and 1 // zero", whole(0)}, Case{"a or 1 // zero", whole(7)},
                    Case{"zero || b", whole(-2)}, Case{"a && b", whole(-2)}, Case{"1 or 0 and 0", whole(1)},
                    Case{"word == 'red'", true}, Case{"word != \"blue\"", true}, Case{"word == 7", false},
                    Case{"word < 'rose'", true}, Case{"not not word", true}, Case{"not ''", true},
                    Case{"2 < 1 < word", false}, Case{"9007199254740993 == 9007199254740992.0", false},
                    Case{"  a\t%\n2 == 1 ", true}, Case{"True", true}));

struct Refused {
    const char* text;
    int column;
    const char* why;
};

std::ostream& operator<<(std::ostream& out, const Refused& one) { return out << one.text; }

class ExpressionRefusals : public testing::TestWithParam<Refused> {};

TEST_P(ExpressionRefusals, NameColumnAndReason) {
    const auto& [text, column, why] = GetParam();
    const auto message = refusal(text);
    EXPECT_THAT(message, HasSubstr("expression '"s + text + "', column " + std::to_string(column) + ": "));
    EXPECT_THAT(message, HasSubstr(why));
}

INSTANTIATE_TEST_SUITE_P(
    Grammar, ExpressionRefusals,
    testing::Values(Refused{"", 1, "not the end"}, Refused{"1 +", 4, "not the end"},
                    Refused{"(1", 3, "')' is expected"}, Refused{"1 2", 3, "'2' is not expected"},
                    Refused{"a b", 3, "'b' is not expected"}, Refused{")", 1, "not ')'"},
                    Refused{"1 + not a", 5, "parentheses"}, Refused{"a = 1", 3, "no meaning"},
                    Refused{"a ^ 2", 3, "'**'"}, Refused{"a & b", 3, "no meaning"},
                    Refused{"1x", 1, "followed by 'x'"}, Refused{"1.2.3", 1, "followed by '.'"},
                    Refused{"1e", 1, "not a number"}, Refused{"99999999999999999999", 1, "64 bits"},
                    Refused{"1e999", 1, "not a number"}, Refused{"'red", 1, "does not end"},
                    Refused{"sin(1)", 1, "no function 'sin'"}, Refused{"abs(1, 2)", 1, "one argument"},
                    Refused{"min(1)", 1, "2 to 64"}, Refused{"min()", 1, "2 to 64"},
                    Refused{"min(1 2)", 7, "',' is expected"}, Refused{"min(1,)", 7, "not ')'"},
                    Refused{"a $ b", 3, "no meaning"}, Refused{"a..b", 2, "no meaning"},
                    Refused{"import os", 8, "'os' is not expected"}));

INSTANTIATE_TEST_SUITE_P(
    Evaluation, ExpressionRefusals,
    testing::Values(Refused{"a // zero", 3, "division by zero"}, Refused{"a % zero", 3, "division by zero"},
                    Refused{"1 / (half - 0.5)", 3, "division by zero"},
                    Refused{"a + word", 3, "needs numbers"}, Refused{"-word", 1, "needs numbers"},
                    Refused{"abs(word)", 1, "absolute"}, Refused{"word < 3", 6, "ordered"},
                    Refused{"min(a, word)", 1, "ordered"}, Refused{"9223372036854775807 + 1", 21, "64 bits"},
                    Refused{"10 ** 19", 4, "64 bits"}, Refused{"-(-9223372036854775807 - 1)", 1, "64 bits"},
                    Refused{"(-9223372036854775807 - 1) // -1", 28, "64 bits"},
                    Refused{"1e308 * 10", 7, "finite"}, Refused{"(-8) ** half", 6, "finite"},
                    Refused{"0 ** -1", 3, "finite"}));

TEST(Expression, NamesAreThoseThatOccur) {
    EXPECT_THAT(Expression::parse("b + a * b - max(c, a)").names(), testing::ElementsAre("b", "a", "c"));
}

TEST(Expression, MissingParameterIsNamed) {
    EXPECT_THAT(refusal("a < unknown"), HasSubstr("no parameter 'unknown'"));
}

TEST(Expression, HostileNestingIsRefused) {
    EXPECT_THAT(refusal(std::string(2000, '(') + "1" + std::string(2000, ')')), HasSubstr("64 levels"));
    EXPECT_THAT(refusal(std::string(3000, '-') + "1"), HasSubstr("64 levels"));
    EXPECT_THAT(refusal(std::string(3000, '!') + "1"), HasSubstr("64 levels"));
    std::string nots, powers = "1";
    for (int i = 0; i < 500; ++i) nots += "not ", powers += "**1";
    EXPECT_THAT(refusal(nots + "1"), HasSubstr("64 levels"));
    EXPECT_THAT(refusal(powers), HasSubstr("64 levels"));
    EXPECT_THAT(refusal(std::string(100000, '(')), HasSubstr("4096 characters"));
}

TEST(Expression, LongChainsAreFine) {
    std::string sum = "0", chain = "0";
    for (int i = 0; i < 1000; ++i) sum += "+1", chain += "<=1";
    EXPECT_EQ(value_of(sum), whole(1000));
    EXPECT_EQ(value_of(chain), ParameterValue(true));
    EXPECT_EQ(value_of(std::string(60, '(') + "1" + std::string(60, ')')), whole(1));
}

// Any bytes either give a value or an InputError.
TEST(Expression, RandomBytesNeverCrash) {
    const std::string alphabet = "ab01.+-*/%<>=!&|()', \"\xff\x00notandorminmaxabs"s;
    std::uint64_t state = 12345;
    const auto draw = [&state](std::size_t bound) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        return static_cast<std::size_t>(state >> 33) % bound;
    };
    int values = 0;
    for (int i = 0; i < 20000; ++i) {
        std::string text;
        for (std::size_t length = draw(12); length > 0; --length) text += alphabet[draw(alphabet.size())];
        values += refusal(text).starts_with("gave ") ? 1 : 0;
    }
    EXPECT_GT(values, 0);
}

}  // namespace
}  // namespace ridge::tuner
