// SPDX-License-Identifier: Apache-2.0
#include "tuner/formats/space_file.hpp"

#include <algorithm>

#include "space_support.hpp"
#include "tuner/formats/first_valid.hpp"

namespace ridge::tuner {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

using Values = std::vector<ParameterValue>;

Values integers(std::initializer_list<std::int64_t> list) { return {list.begin(), list.end()}; }
Values floats(std::initializer_list<double> list) { return {list.begin(), list.end()}; }
Values texts(std::initializer_list<std::string> list) { return {list.begin(), list.end()}; }

ParameterSpace space_of(const std::string& text) { return read_space(unpack_document(text, "f")).space; }

// Values of a parameter that is written so.
Values values_of(const std::string& spec) {
    return space_of(R"({"parameters": {"p": )" + spec + "}}").parameters.at(0).values;
}

std::string refusal(const std::string& text) {
    return message_of([&] { (void)space_of(text); });
}

TEST(SpaceFile, KnowsEveryKindOfParameter) {
    EXPECT_EQ(values_of("[16, 8, 32]"), integers({16, 8, 32}));
    EXPECT_EQ(values_of("[1, 0.5]"), floats({1, 0.5}));
    EXPECT_EQ(values_of("[true, false]"), (Values{true, false}));
    EXPECT_EQ(values_of(R"(["row", "col"])"), texts({"row", "col"}));
    EXPECT_EQ(values_of(R"({"values": [3]})"), integers({3}));
    EXPECT_EQ(values_of(R"({"range": [1, 4]})"), integers({1, 2, 3, 4}));
    EXPECT_EQ(values_of(R"({"range": [-3, 8], "step": 5})"), integers({-3, 2, 7}));
    EXPECT_EQ(values_of(R"({"range": [0.1, 0.5], "step": 0.1})"), floats({0.1, 0.2, 0.3, 0.4, 0.5}));
    EXPECT_EQ(values_of(R"({"range": [0, 1], "step": 0.5})"), floats({0, 0.5, 1}));
    EXPECT_EQ(values_of(R"({"power_of_two": [16, 128], "meaning": "rows"})"), integers({16, 32, 64, 128}));
    EXPECT_EQ(values_of(R"({"power_of_two": [1, 4611686018427387904]})").size(), 63U);
    EXPECT_EQ(values_of(R"({"permutation": ["k", "i", "j"]})"),
              texts({"k,i,j", "k,j,i", "i,k,j", "i,j,k", "j,k,i", "j,i,k"}));
    EXPECT_EQ(values_of(R"({"permutation": ["b", "a"]})"), texts({"b,a", "a,b"}));
}

TEST(SpaceFile, TheEndsOfARangeMayBeFarApart) {
    EXPECT_EQ(
        values_of(R"({"range": [-9000000000000000000, 9000000000000000000], "step": 9000000000000000000})"),
        integers({-9000000000000000000, 0, 9000000000000000000}));
}

TEST(SpaceFile, KeepsOrderMeaningAndConstraints) {
    const auto space = space_of(R"({"description": "d", "$schema": "s",
        "parameters": {"z": {"values": [1, 2], "meaning": "depth"}, "a": [1, 2]},
        "constraints": ["z > a", "a * z < 4"]})");
    ASSERT_THAT(space.parameters, SizeIs(2));
    EXPECT_EQ(space.parameters[0].name, "z");
    EXPECT_EQ(space.parameters[0].meaning, "depth");
    EXPECT_THAT(space.constraints, ElementsAre("z > a", "a * z < 4"));
}

TEST(SpaceFile, TheDefaultIsTheFilesElseTheFirstValidOne) {
    const std::string parameters = R"({"parameters": {"a": [1, 2, 3], "b": [1, 2, 3], "x": [0.5, 1.0]},
                                       "constraints": ["a + b == 4"])";
    EXPECT_EQ(space_of(parameters + "}").default_config().text(), "a=1 b=3 x=0.5");
    EXPECT_EQ(space_of(parameters + R"(, "default": {"a": 3, "b": 1, "x": 1}})").default_config().text(),
              "a=3 b=1 x=1");
    // Named in part: the first valid one that has it.
    EXPECT_EQ(space_of(parameters + R"(, "default": {"b": 2}})").default_config().text(), "a=2 b=2 x=0.5");
}

TEST(SpaceFile, ReadsT1) {
    const auto file = read_space_file(data_folder / "t1.json");
    EXPECT_FALSE(file.space.parameters.empty());
    EXPECT_TRUE(fulfils(file.space, file.space.default_config()));
}

struct Wrong {
    const char* text;
    const char* part;  // of the sentence
};

class WrongSpace : public testing::TestWithParam<Wrong> {};

TEST_P(WrongSpace, IsRefusedInASentenceThatNamesIt) {
    const auto sentence = refusal(GetParam().text);
    EXPECT_THAT(sentence, HasSubstr(GetParam().part));
    EXPECT_TRUE(sentence.starts_with("f:") || sentence.starts_with("f,")) << sentence;
    EXPECT_EQ(std::ranges::count(sentence, '\n'), 0) << sentence;
}

INSTANTIATE_TEST_SUITE_P(
    SpaceFile, WrongSpace,
    testing::Values(
        Wrong{"", "not valid JSON"}, Wrong{"[]", "should be an object"}, Wrong{"{", "JSON"},
        Wrong{R"({"parameters": {"a": [1, )", "JSON"}, Wrong{R"({})", "'parameters'"},
        Wrong{R"({"parameters": {}})", "1 to 64"}, Wrong{R"({"parameters": []})", "an object"},
        Wrong{R"({"parameters": {"a": [1]}, "constraint": []})", "not 'constraint'"},
        Wrong{R"({"parameters": {"a": [1], "a": [2]}})", "'parameters.a' stands twice"},
        Wrong{R"({"parameters": {"a": [1]}, "parameters": {"b": [1]}})", "'parameters' stands twice"},
        Wrong{R"({"parameters": {"a b": [1]}})", "not 'a b'"},
        Wrong{R"({"parameters": {"1a": [1]}})", "not '1a'"},
        Wrong{R"({"parameters": {"or": [1]}})", "not 'or'"}, Wrong{R"({"parameters": {"": [1]}})", "not ''"},
        Wrong{R"({"parameters": {"a": []}})", "at least one value"},
        Wrong{R"({"parameters": {"a": 3}})", "'parameters.a' is 3"},
        Wrong{R"({"parameters": {"a": [1, "x"]}})", "one kind"},
        Wrong{R"({"parameters": {"a": [true, 1]}})", "one kind"},
        Wrong{R"({"parameters": {"a": [null]}})", "a number, a text"},
        Wrong{R"({"parameters": {"a": [[1]]}})", "a number, a text"},
        Wrong{R"({"parameters": {"a": [""]}})", "at least one character"},
        Wrong{R"({"parameters": {"a": ["x\ny"]}})", "one line"},
        Wrong{R"({"parameters": {"a": [1, 2, 1]}})", "1 stands twice"},
        Wrong{R"({"parameters": {"a": [1, 1.0]}})", "1 stands twice"},
        Wrong{R"({"parameters": {"a": {}}})", "one of values, range"},
        Wrong{R"({"parameters": {"a": {"range": [1, 2], "values": [1]}}})", "only one of"},
        Wrong{R"({"parameters": {"a": {"values": [1], "step": 1}}})", "without the key 'step'"},
        Wrong{R"({"parameters": {"a": {"values": [1], "meening": "x"}}})", "without the key 'meening'"},
        Wrong{R"({"parameters": {"a": {"values": [1], "meaning": 1}}})", "'parameters.a.meaning' is 1"},
        Wrong{R"({"parameters": {"a": {"range": [2, 1]}}})", "the lower one first"},
        Wrong{R"({"parameters": {"a": {"range": [1]}}})", "two numbers"},
        Wrong{R"({"parameters": {"a": {"range": ["a", "b"]}}})", "a number"},
        Wrong{R"({"parameters": {"a": {"range": [1, 2], "step": 0}}})", "above 0"},
        Wrong{R"({"parameters": {"a": {"range": [0.5, 2]}}})", "a 'step'"},
        Wrong{R"({"parameters": {"a": {"range": [0, 1], "step": 1e-9}}})", "at most 100000"},
        Wrong{R"({"parameters": {"a": {"range": [0, 9000000000000000000]}}})", "at most 100000"},
        Wrong{R"({"parameters": {"a": {"range": [0, 1e308], "step": 1e-300}}})", "at most 100000"},
        Wrong{R"({"parameters": {"a": {"power_of_two": [0, 4]}}})", "is 0, should be a power of two"},
        Wrong{R"({"parameters": {"a": {"power_of_two": [4, 12]}}})", "is 12, should be a power of two"},
        Wrong{R"({"parameters": {"a": {"power_of_two": [8, 4]}}})", "the lower one first"},
        Wrong{R"({"parameters": {"a": {"permutation": ["i"]}}})", "2 to 7"},
        Wrong{R"({"parameters": {"a": {"permutation": ["i", "j", "k", "l", "m", "n", "o", "p"]}}})",
              "2 to 7"},
        Wrong{R"({"parameters": {"a": {"permutation": ["i", "i"]}}})", "i,i stands twice"},
        Wrong{R"({"parameters": {"a": {"permutation": ["i", "j,k"]}}})", "without a comma"},
        Wrong{R"({"parameters": {"a": {"permutation": [1, 2]}}})", "a text"},
        Wrong{R"({"parameters": {"bm": [1]}, "constraints": ["bn > 1"]})", "'bn' is none"},
        Wrong{R"({"parameters": {"block": [1]}, "constraints": ["blokc > 1"]})", "did you mean 'block'"},
        Wrong{R"({"parameters": {"a": [1]}, "constraints": ["a >"]})", "'constraints[0]'"},
        Wrong{R"({"parameters": {"a": [1]}, "constraints": "a > 1"})", "an array"},
        Wrong{R"({"parameters": {"a": [1]}, "constraints": [1]})", "a text"},
        Wrong{R"({"parameters": {"a": [0, 1]}, "constraints": ["1 / a > 0"]})", "division by zero"},
        Wrong{R"({"parameters": {"a": ["x"]}, "constraints": ["a < 1"]})", "cannot be evaluated"},
        Wrong{R"({"parameters": {"a": [1, 2]}, "constraints": ["a > 1", "a < 2"]})",
              "'a > 1', 'a < 2' exclude"},
        Wrong{R"({"parameters": {"a": [1]}, "constraints": ["False"]})", "'False' holds for none"},
        Wrong{R"({"parameters": {"a": [1]}, "default": {"b": 1}})", "'b' is none"},
        Wrong{R"({"parameters": {"a": [1]}, "default": {"a": 2}})", "'default.a' is 2, should be one of"},
        Wrong{R"({"parameters": {"a": [1]}, "default": {"a": "1"}})", "should be one of"},
        Wrong{R"({"parameters": {"a": [1]}, "default": 1})", "an object"},
        Wrong{R"({"parameters": {"a": [1, 2]}, "default": {"a": 1}, "constraints": ["a > 1"]})",
              "fulfil the constraints 'a > 1'"}));

TEST(SpaceFile, AFileThatIsNotThereIsNamed) {
    EXPECT_THAT(message_of([] { (void)read_space_file("/nowhere/space.json"); }),
                HasSubstr("/nowhere/space.json"));
}

// A file cut anywhere is refused, never read in part.
TEST(SpaceFile, ACutFileIsRefused) {
    const std::string text = R"({"parameters": {"a": {"range": [1, 4], "step": 1}, "b": ["x", "y"]},
                                 "default": {"a": 2}, "constraints": ["a < 4"]})";
    EXPECT_THAT(space_of(text).parameters, SizeIs(2));
    for (std::size_t length = 0; length < text.size(); ++length)
        EXPECT_FALSE(refusal(text.substr(0, length)).empty()) << length;
}

}  // namespace
}  // namespace ridge::tuner
