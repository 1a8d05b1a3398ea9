// SPDX-License-Identifier: Apache-2.0
// `ridge tune --replay` and `--score`: searches of recorded spaces.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "program.hpp"

namespace {

using ridge::test::Outcome;
using ridge::test::run;
using ridge::test::Scratch;
using testing::HasSubstr;

using Words = std::vector<std::string>;

// Sixteen tiles of which that of 8 is best, at 1 ms.
std::string table(const Scratch& scratch, const std::string& name, const std::string& parameter) {
    std::string text = parameter + ",status,time_ms,compile_ms,benchmark_ms\n";
    for (int i = 1; i <= 16; ++i)
        text += std::to_string(i) + ",ok," + std::to_string(1 + (i - 8) * (i - 8)) + ",100,10\n";
    return scratch.write(name, text);
}

Outcome tune(const Words& more) {
    Words words = {"ridge", "tune"};
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
}

TEST(Replay, FindsTheBestOfASmallSpace) {
    const Scratch scratch;
    const auto outcome = tune({"--replay", table(scratch, "here.csv", "tile"), "--max-configs", "0"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr("100.0 %"));
    EXPECT_THAT(outcome.out, HasSubstr("tile=8"));
    EXPECT_THAT(outcome.err, HasSubstr("16 of 16 configurations"));
}

TEST(Replay, BeginsWithWhatAnotherDeviceSays) {
    const Scratch scratch;
    const auto outcome = tune({"--replay", table(scratch, "here.csv", "tile"), "--prior",
                               table(scratch, "there.csv", "tile"), "--max-configs", "2"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr("tile=8"));
}

TEST(Score, HasARowForEachSearcherAndTheirMean) {
    const Scratch scratch;
    const auto outcome = tune(
        {"--score", table(scratch, "here.csv", "tile"), "--searcher", "random,greedy", "--repeats", "3"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    for (const std::string searcher : {"random ", "greedy "}) EXPECT_THAT(outcome.out, HasSubstr(searcher));
    EXPECT_THAT(outcome.out, HasSubstr("here.csv"));
    EXPECT_THAT(outcome.out, HasSubstr("mean"));
    for (const std::string figure : {"share of the optimum after 200", "evaluations until within 1.0 %"})
        EXPECT_THAT(outcome.out, HasSubstr(figure)) << "with an interval";
}

TEST(Score, SaysWhatIsWrong) {
    const Scratch scratch;
    const auto space = table(scratch, "here.csv", "tile"), other = table(scratch, "there.csv", "block");
    const std::vector<std::pair<Words, std::string>> mistakes = {
        {{"--score", space, "--repeats", "0"}, "--repeats is 0"},
        {{"--score", space, "--searcher", "luck"}, "no searcher 'luck'"},
        {{"--score", space, "--cutoff", "1"}, "0 < first < last < 1"},
        {{"--score", space, "--prior", other}, "prior 'there.csv': it has none of the parameters"},
        {{"--score", scratch.path("none.csv")}, "none.csv: cannot be read"},
        {{"--replay", space, "--max-configs", "-1"}, "should be 0 or more"},
        {{"--replay", scratch.write("empty.json", "{}")}, "no recorded search space"},
    };
    for (const auto& [words, sentence] : mistakes) {
        const auto outcome = tune(words);
        EXPECT_EQ(outcome.code, 2) << sentence;
        EXPECT_THAT(outcome.err, HasSubstr(sentence));
    }
}

}  // namespace
