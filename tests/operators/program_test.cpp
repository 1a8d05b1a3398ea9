// SPDX-License-Identifier: Apache-2.0
#include "operators/program/program.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "operators/catalogue.hpp"
#include "operators/program/program_call.hpp"
#include "tests/core/message_of.hpp"

namespace ridge::operators {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TunableParameter parameter(const std::string& name, std::vector<ParameterValue> values) {
    const auto first = values.front();
    return {.name = name, .values = std::move(values), .default_value = first, .meaning = {}};
}

Program script() {
    Program program;
    program.name = "demo";
    program.problem = {{"n", 64}, {"m", 8}};
    program.command = "python k.py --bm {bm} --flags {flags} {n}";
    program.space.parameters = {parameter("bm", {std::int64_t{16}, std::int64_t{32}}),
                                parameter("flags", {std::string("-a -b"), std::string("it's")})};
    return program;
}

Program source() {
    auto program = script();
    program.command = "{output} {n}";
    program.build = ProgramBuild{"k.cpp", "g++ -O3 {defines} {source} -o {output}", "12"};
    program.space.parameters.push_back(parameter("fast", {true, false}));
    return program;
}

KernelConfig first(const Program& program) { return program.space.default_config(); }

TEST(ProgramCall, IsACallOfItsOwnDimensions) {
    EXPECT_EQ(script().call(), "program:demo m=8 n=64");
    EXPECT_EQ(parse_call("program:demo n=64 m=8").text(), "program:demo m=8 n=64");
    EXPECT_EQ(work(parse_call("program:demo n=64")).flop, 0);
    EXPECT_EQ(work(parse_call("program:demo n=64")).bytes(), 0);
    EXPECT_FALSE(is_program("gemm"));
}

TEST(ProgramCall, WhatMakesNoSenseIsRefused) {
    for (const char* text : {"program: n=1", "program:a/b n=1", "program:-a", "program:a n=0",
                             "program:a n=-4", "program:a x=fp32", "program:a n=4 sparsity=2:4"})
        EXPECT_FALSE(message_of([&] { (void)parse_call(text); }).empty()) << text;
    EXPECT_THAT(message_of([] { (void)parse_call("program:" + std::string(65, 'a')); }),
                HasSubstr("1 to 64"));
}

TEST(Program, AValueWithBlanksStaysOneWord) {
    EXPECT_THAT(run_words(script(), first(script()), ""),
                ElementsAre("python", "k.py", "--bm", "16", "--flags", "-a -b", "64"));
}

TEST(Program, AShellReadsValuesAsOneWordToo) {
    auto program = script();
    program.shell = true;
    program.command = "k --bm={bm} {flags} | tail -1";
    auto config = first(program);
    config.set("flags", std::string("it's; rm -r x"));
    EXPECT_THAT(run_words(program, config, ""),
                ElementsAre("/bin/sh", "-c", R"(k --bm=16 'it'\''s; rm -r x' | tail -1)"));
}

TEST(Program, EveryParameterIsDefined) {
    const auto program = source();
    EXPECT_THAT(build_words(program, first(program), "/t/0"),
                ElementsAre("g++", "-O3", "-Dbm=16", "-Dflags=-a -b", "-Dfast=1", "k.cpp", "-o", "/t/0"));
    EXPECT_THAT(run_words(program, first(program), "/t/0"), ElementsAre("/t/0", "64"));
    auto shell = program;
    shell.shell = true;
    EXPECT_THAT(build_words(shell, first(program), "/t/0"),
                ElementsAre("/bin/sh", "-c", "g++ -O3 -Dbm=16 '-Dflags=-a -b' -Dfast=1 k.cpp -o /t/0"));
}

TEST(Program, SurvivesItsJson) {
    auto program = source();
    program.time_from = TimeFrom::wall;
    program.folder = "/somewhere";
    program.device = Device{};
    program.device->id = "x";
    program.device->name = "X";
    const Json json = program.json();
    EXPECT_EQ(Program::from_json(JsonReader(json, "f")).json(), json);
    EXPECT_EQ(Program::from_json(JsonReader(json, "f")).call(), program.call());
}

TEST(Program, SurvivesBeingPackedIntoAWord) {
    const auto word = packed(source());
    EXPECT_EQ(word.find_first_not_of("hex:0123456789abcdef"), std::string::npos);
    EXPECT_EQ(load_program(word).json(), source().json());
    EXPECT_THAT(message_of([&] { (void)load_program(word.substr(0, word.size() - 1)); }),
                HasSubstr("two hex"));
    EXPECT_THAT(message_of([&] { (void)load_program(word.substr(0, word.size() / 4 * 2)); }),
                HasSubstr("JSON"));
    EXPECT_THAT(message_of([] { (void)load_program("hex:zz"); }), HasSubstr("'zz'"));
    EXPECT_THAT(message_of([] { (void)load_program("/nowhere"); }), HasSubstr("/nowhere"));
}

struct Mistake {
    const char* name;
    std::function<void(Program&)> make;
    const char* part;  // of the sentence
};

class ProgramMistake : public testing::TestWithParam<Mistake> {};

TEST_P(ProgramMistake, IsRefusedInASentence) {
    auto program = source();
    EXPECT_NO_THROW(check(program));
    GetParam().make(program);
    EXPECT_THAT(message_of([&] { check(program); }), HasSubstr(GetParam().part));
}

INSTANTIATE_TEST_SUITE_P(
    Program, ProgramMistake,
    testing::Values(
        Mistake{"Name", [](Program& p) { p.name = "a b"; }, "'a b'"},
        Mistake{"Size", [](Program& p) { p.problem[0].value = 0; }, "at least 1"},
        Mistake{"Unknown", [](Program& p) { p.command += " {bn}"; }, "{bn} is unknown"},
        Mistake{"DidYouMean", [](Program& p) { p.command += " {outptu}"; }, "did you mean {output}"},
        Mistake{"DefinesInARun", [](Program& p) { p.command += " {defines}"; }, "{defines} is unknown"},
        Mistake{"OutputWithoutBuild", [](Program& p) { p.build.reset(); }, "{output} is unknown"},
        Mistake{"Brace", [](Program& p) { p.command += " {"; }, "written twice"},
        Mistake{"Quote", [](Program& p) { p.command += " '"; }, "has no end"},
        Mistake{"Empty", [](Program& p) { p.command = ""; }, "names no program"},
        Mistake{"Pipe", [](Program& p) { p.command += " | tail"; }, "--shell"},
        Mistake{"Unused", [](Program& p) { p.build->command = "g++ -D{bm} {flags} {source} -o {output}"; },
                "parameter 'fast' occurs in no command"},
        Mistake{"NoSource", [](Program& p) { p.build->command = "g++ {defines} -o {output}"; }, "{source}"},
        Mistake{"NoOutput", [](Program& p) { p.build->command = "g++ {defines} {source}"; }, "{output}"},
        Mistake{"PartOfAWord", [](Program& p) { p.build->command = "g++ X{defines} {source} -o {output}"; },
                "word of its own"},
        Mistake{"TakenName", [](Program& p) { p.space.parameters[0].name = "output"; },
                "placeholder of its own"},
        Mistake{"TwoMeanings",
                [](Program& p) {
                    p.problem.push_back({"bm", 1});
                },
                "name of a parameter"}),
    [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace ridge::operators
