// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <set>
#include <thread>

#include "tests/tuner/support.hpp"
#include "tuner/random.hpp"

namespace ridge::tuner {
namespace {

// Enough that twenty kills, each after at most 12 commits and a few ms of them, do not reach the end.
constexpr std::size_t calls = testing_support::campaign_child_calls, configs_of_a_call = 19 + 3;
constexpr const char* seconds_of_an_answer = "0.001";

/// campaign_child with its progress bytes.
class Child {
  public:
    Child(const std::filesystem::path& store, const char* mode) {
        std::array<int, 2> ends{};
        if (pipe(ends.data()) != 0) throw std::runtime_error("pipe");
        pid_ = fork();
        if (pid_ == 0) {
            dup2(ends[1], STDOUT_FILENO);
            close(ends[0]);
            close(ends[1]);
            setenv("FAKE_WORKER_SECONDS", seconds_of_an_answer, 1);
            execl(RIDGE_CAMPAIGN_CHILD, "campaign_child", store.c_str(), mode, nullptr);
            _exit(127);
        }
        close(ends[1]);
        progress_ = ends[0];
    }
    ~Child() {
        if (!ended_) end(SIGKILL);
        close(progress_);
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    /// Returns after so many commits, or when the child has ended; the commits seen.
    std::size_t wait_for_commits(std::size_t count) const {
        std::size_t seen = 0;
        char byte = 0;
        while (seen < count && read(progress_, &byte, 1) == 1) ++seen;
        return seen;
    }

    /// Exit code after a signal (0: none), or -1 when a signal ended it.
    int end(int signal_number) {
        if (signal_number != 0) kill(pid_, signal_number);
        int status = 0;
        waitpid(pid_, &status, 0);
        ended_ = true;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

  private:
    pid_t pid_ = -1;
    int progress_ = -1;
    bool ended_ = false;
};

// All keys in the store; a key that is there twice fails the test.
std::set<std::string> stored(const std::filesystem::path& path) {
    std::set<std::string> keys;
    if (!std::filesystem::exists(path)) return keys;
    const db::Store store(path, db::Access::create);
    for (const auto& record : store.measurements({}))
        EXPECT_TRUE(
            keys.insert(record.campaign + record.call + record.implementation + record.config.text()).second);
    EXPECT_LE(store.campaigns().size(), 1U);
    return keys;
}

// The times of the kills are drawn from a seed; where in a commit or a start they strike is up to the
// machine.
TEST(CampaignKill, TwentyKillsLoseAndRepeatNothing) {
    const testing_support::TemporaryFolder folder;
    const auto path = folder / "ridge.db";
    Random random(20);
    std::set<std::string> before;
    for (int i = 0; i < 20; ++i) {
        Child child(path, "ok");
        const auto committed = child.wait_for_commits(below(random, 12));
        std::this_thread::sleep_for(std::chrono::microseconds(below(random, committed == 0 ? 60000 : 3000)));
        child.end(SIGKILL);
        const auto now = stored(path);
        EXPECT_TRUE(std::ranges::includes(now, before)) << "after kill " << i;
        EXPECT_GE(now.size(), before.size() + committed) << "after kill " << i;
        before = now;
    }
    EXPECT_GT(before.size(), 0U);
    EXPECT_LT(before.size(), calls * configs_of_a_call)
        << "the campaign ended before it was killed for the last time";
    Child child(path, "ok");
    child.wait_for_commits(calls * configs_of_a_call);
    EXPECT_EQ(child.end(0), 0);
    EXPECT_EQ(stored(path).size(), calls * configs_of_a_call);
    EXPECT_TRUE(std::ranges::includes(stored(path), before));
}

TEST(CampaignKill, InterruptWhileTheWorkerHangsKeepsWhatIsDone) {
    const testing_support::TemporaryFolder folder;
    const auto path = folder / "ridge.db";
    {
        Child child(path, "hangs");
        const auto committed = child.wait_for_commits(3);  // then it comes to a=2
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        EXPECT_EQ(child.end(SIGINT), 130);
        EXPECT_GE(stored(path).size(), committed);
    }
    EXPECT_EQ(db::Store(path, db::Access::read_only).campaigns().front().state, "interrupted");
    Child child(path, "ok");
    EXPECT_EQ(child.end(0), 0);
    EXPECT_EQ(stored(path).size(), calls * configs_of_a_call);
}

}  // namespace
}  // namespace ridge::tuner
