// SPDX-License-Identifier: Apache-2.0
#include "profiler/program/child.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <thread>

#include "profiler/program/temporary_folder.hpp"

namespace ridge::profiler {
namespace {

using Clock = std::chrono::steady_clock;
using How = ChildEnd::How;
using testing::HasSubstr;

// Long enough for whatever should end by itself.
constexpr auto plenty = std::chrono::seconds(60);

ChildEnd shell(const std::string& script, Clock::duration time = plenty, int listener = -1) {
    return run_child({"/bin/sh", "-c", script}, Clock::now() + time, listener);
}

// Whether a process is gone, or goes within a few seconds; a zombie is gone.
bool goes_away(pid_t pid) {
    for (int i = 0; i < 500; ++i) {
        std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
        std::string number, name, state;
        if (!(stat >> number >> name >> state) || state == "Z") return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
}

TEST(Child, GivesOutputErrorAndExitCode) {
    const auto end = shell("echo out; echo err >&2; exit 7");
    EXPECT_EQ(end.how, How::exited);
    EXPECT_EQ(end.code, 7);
    EXPECT_EQ(end.out, "out\n");
    EXPECT_EQ(end.err, "err\n");
    EXPECT_GT(end.wall_s, 0);
}

TEST(Child, WordsAreNotReadByAShell) {
    EXPECT_EQ(run_child({"echo", "$HOME", "a  b", "*"}, Clock::now() + plenty, -1).out, "$HOME a  b *\n");
}

TEST(Child, ItsInputIsEmpty) { EXPECT_EQ(shell("cat; echo end").out, "end\n"); }

TEST(Child, ASignalIsNamed) {
    const auto end = shell("kill -SEGV $$");
    EXPECT_EQ(end.how, How::signalled);
    EXPECT_EQ(end.code, SIGSEGV);
}

TEST(Child, AProgramThatIsNotThereIsNamed) {
    const auto end = run_child({"/nowhere/program"}, Clock::now() + plenty, -1);
    EXPECT_EQ(end.how, How::not_started);
    EXPECT_THAT(end.error, HasSubstr("'/nowhere/program' cannot be started"));
}

TEST(Child, MuchOutputDoesNotBlockIt) {
    const auto end = shell("head -c 5000000 /dev/zero | tr '\\0' x; head -c 300000 /dev/zero >&2; echo last");
    EXPECT_EQ(end.how, How::exited);
    EXPECT_EQ(end.out.size(), std::size_t{1} << 20);
    EXPECT_TRUE(end.out.ends_with("xlast\n"));
    EXPECT_EQ(end.err.size(), 300000U);
}

TEST(Child, ATimeOutKillsTheWholeGroup) {
    const auto end = shell("sleep 1000 & echo $!; wait", std::chrono::milliseconds(300));
    EXPECT_EQ(end.how, How::timeout);
    EXPECT_TRUE(goes_away(std::stoi(end.out)));
}

TEST(Child, WhatItLeavesBehindIsKilledAndNotWaitedFor) {
    const auto end = shell("sleep 1000 & echo $!");
    EXPECT_EQ(end.how, How::exited);
    EXPECT_LT(end.wall_s, 30);
    EXPECT_TRUE(goes_away(std::stoi(end.out)));
}

TEST(Child, OneThatClosesItsOutputIsStillTimed) {
    const auto end = shell("exec >&- 2>&-; sleep 1000", std::chrono::milliseconds(200));
    EXPECT_EQ(end.how, How::timeout);
}

TEST(Child, EndsWhenNobodyListens) {
    std::array<int, 2> ends{};
    ASSERT_EQ(pipe(ends.data()), 0);
    close(ends[0]);
    signal(SIGPIPE, SIG_IGN);
    EXPECT_EQ(shell("sleep 1000", plenty, ends[1]).how, How::unread);
    close(ends[1]);
}

// The process that runs it is killed as it might be by a scheduler: the program goes with it, and so does the
// folder.
TEST(Child, DoesNotOutliveAKilledParent) {
    std::array<int, 2> ends{};
    ASSERT_EQ(pipe(ends.data()), 0);
    const pid_t parent = fork();
    ASSERT_GE(parent, 0);
    if (parent == 0) {
        const TemporaryFolder folder;
        const auto script =
            "echo $$ '" + folder.path().string() + "' >&" + std::to_string(ends[1]) + "; sleep 1000";
        (void)shell(script);
        _exit(0);
    }
    close(ends[1]);
    std::string line;
    for (char c = 0; line.find('\n') == std::string::npos && read(ends[0], &c, 1) == 1;) line += c;
    close(ends[0]);
    kill(parent, SIGKILL);
    waitpid(parent, nullptr, 0);
    const auto space = line.find(' ');
    ASSERT_NE(space, std::string::npos);
    const std::filesystem::path folder = line.substr(space + 1, line.size() - space - 2);
    EXPECT_TRUE(goes_away(std::stoi(line)));
    for (int i = 0; i < 500 && std::filesystem::exists(folder); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    EXPECT_FALSE(std::filesystem::exists(folder)) << folder;
}

TEST(LastLines, AreTheLastThatSaySomething) {
    EXPECT_EQ(last_lines("a\nb\n\n  \nc\n", 2), "b | c");
    EXPECT_EQ(last_lines("", 2), "");
    EXPECT_EQ(last_lines("\x1b[31mred\n", 1), "?[31mred");
}

}  // namespace
}  // namespace ridge::profiler
