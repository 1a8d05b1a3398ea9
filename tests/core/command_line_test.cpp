// SPDX-License-Identifier: Apache-2.0
#include "core/command_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "message_of.hpp"

namespace ridge {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> split(const std::string& text) { return split_command(text, "command"); }

TEST(CommandLine, SplitsAtBlanksOutsideQuotes) {
    EXPECT_THAT(split("  python  k.py\t--bm {bm} "), ElementsAre("python", "k.py", "--bm", "{bm}"));
    EXPECT_THAT(split("a 'b c' \"d e\" f'g 'h"), ElementsAre("a", "b c", "d e", "fg h"));
    EXPECT_THAT(split(R"(a "x\"y\\z\n" 'x\' \ b \'c)"), ElementsAre("a", R"(x"y\z\n)", "x\\", " b", "'c"));
    EXPECT_THAT(split("a '' \"\""), ElementsAre("a", "", ""));
    EXPECT_THAT(split("a $HOME *.c ~"), ElementsAre("a", "$HOME", "*.c", "~"));
}

TEST(CommandLine, WhatOnlyAShellUnderstandsIsRefusedUnlessQuoted) {
    for (const char* word : {"|", ">", "2>&1", "&&", "<", ";", "&"})
        EXPECT_THAT(message_of([&] { (void)split(std::string("a ") + word + " b"); }), HasSubstr("--shell"))
            << word;
    EXPECT_THAT(split("grep '|' \">\" \\;"), ElementsAre("grep", "|", ">", ";"));
}

TEST(CommandLine, WhatIsNoCommandIsRefused) {
    EXPECT_THAT(message_of([] { (void)split(" "); }), HasSubstr("names no program"));
    EXPECT_THAT(message_of([] { (void)split("'' a"); }), HasSubstr("names no program"));
    EXPECT_THAT(message_of([] { (void)split("a 'b"); }), HasSubstr("quote ' has no end"));
    EXPECT_THAT(message_of([] { (void)split("a \"b\\\""); }), HasSubstr("quote \" has no end"));
}

TEST(Placeholders, AreFoundOnceInOrder) {
    EXPECT_THAT(placeholders("x {b} {a}{b} {{c}}", "t"), ElementsAre("b", "a"));
    EXPECT_THAT(placeholders("", "t"), IsEmpty());
}

TEST(Placeholders, AreFilledInAndDoubledBracesStand) {
    EXPECT_EQ(fill_placeholders("-b{b} {{{b}}} '{a}'", {{"a", "{b}"}, {"b", "1"}}, "t"), "-b1 {1} '{b}'");
    EXPECT_THAT(message_of([] { (void)fill_placeholders("{x}", {}, "t"); }), HasSubstr("{x}"));
}

TEST(Placeholders, ALoneBraceIsRefusedWithItsColumn) {
    for (const char* text : {"a {", "a }", "a {}", "a {1}", "a {b c}", "a {b {c}"})
        EXPECT_THAT(message_of([&] { (void)placeholders(text, "t"); }), HasSubstr("column 3")) << text;
}

TEST(ShellWord, QuotesWhatAShellWouldRead) {
    EXPECT_EQ(shell_word("a-1.5,b/c=d"), "a-1.5,b/c=d");
    EXPECT_EQ(shell_word(""), "''");
    EXPECT_EQ(shell_word("a b"), "'a b'");
    EXPECT_EQ(shell_word("$(rm)'x'"), R"('$(rm)'\''x'\''')");
}

}  // namespace
}  // namespace ridge
