// SPDX-License-Identifier: Apache-2.0
#include <sys/wait.h>

#include <functional>
#include <random>

#include "fixture.hpp"

namespace ridge::db {
namespace {

constexpr int batch = 3;

// A process of its own, so that locks and crashes are real ones. Its exit status is 0 when `work` returns.
pid_t start(const std::function<void()>& work) {
    const pid_t child = fork();
    if (child != 0) return child;
    try {
        work();
        _exit(0);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        _exit(1);
    }
}

int end_of(pid_t child) {
    int status = 0;
    waitpid(child, &status, 0);
    return status;
}

void add_batch(Store& store, const std::string& campaign, int number) {
    std::vector<Record> records;
    for (int i = 0; i < batch; ++i) records.push_back(ok_record(campaign, number * batch + i));
    store.add(records);
}

class ConcurrencyTest : public StoreTest {};

TEST_F(ConcurrencyTest, ProcessesThatWriteAtTheSameTimeLoseNothing) {
    constexpr int writers = 3, batches = 60;
    {
        auto store = filled();
        for (int i = 0; i < writers; ++i) store.put_campaign(test_campaign("writer-" + std::to_string(i)));
    }
    std::vector<pid_t> children;
    for (int i = 0; i < writers; ++i)
        children.push_back(start([&, i] {
            Store store(path_, Access::read_write);
            for (int number = 0; number < batches; ++number)
                add_batch(store, "writer-" + std::to_string(i), number);
        }));
    std::size_t seen = 0;
    for (int i = 0; i < 20; ++i) {  // a reader beside them sees whole batches, and never fewer than before
        const auto now = Store(path_, Access::read_only).measurements({}).size();
        EXPECT_EQ(now % batch, 0u);
        EXPECT_GE(now, seen);
        seen = now;
    }
    for (const auto child : children) EXPECT_EQ(end_of(child), 0);
    const Store store(path_, Access::read_only);
    EXPECT_EQ(store.measurements({}).size(), static_cast<std::size_t>(writers * batches * batch));
    EXPECT_TRUE(store.problems().empty());
}

TEST_F(ConcurrencyTest, ProcessesThatCreateTheSameStore) {
    for (int attempt = 0; attempt < 5; ++attempt) {
        path_ = folder_ / ("new-" + std::to_string(attempt));
        std::vector<pid_t> children;
        for (int i = 0; i < 4; ++i)
            children.push_back(start([&, i] {
                Store(path_, Access::create).put_device(test_device("device-" + std::to_string(i)));
            }));
        for (const auto child : children) EXPECT_EQ(end_of(child), 0);
        EXPECT_EQ(Store(path_, Access::read_only).devices().size(), 4u);
    }
}

// Kills a writer at a random moment; `acknowledged` is the last batch whose add() had returned.
TEST_F(ConcurrencyTest, AKilledWriterLosesNothingThatWasCommitted) {
    filled();
    std::mt19937 random(2);
    int next = 0;
    for (int attempt = 0; attempt < 12; ++attempt) {
        int ends[2];
        ASSERT_EQ(pipe(ends), 0);
        const auto child = start([&] {
            Store store(path_, Access::read_write);
            for (int number = next;; ++number) {
                add_batch(store, "campaign-1", number);
                if (write(ends[1], &number, sizeof number) != sizeof number) _exit(2);
            }
        });
        close(ends[1]);
        int acknowledged = next - 1;
        ASSERT_EQ(read(ends[0], &acknowledged, sizeof acknowledged),
                  static_cast<ssize_t>(sizeof acknowledged));
        usleep(static_cast<useconds_t>(random() % 20000));
        kill(child, SIGKILL);
        EXPECT_TRUE(WIFSIGNALED(end_of(child)));
        while (read(ends[0], &acknowledged, sizeof acknowledged) > 0) continue;
        close(ends[0]);

        const Store store(path_, Access::read_write);
        EXPECT_TRUE(store.problems().empty());
        const auto kept = static_cast<int>(store.measurements({}).size());
        EXPECT_EQ(kept % batch, 0);
        next = kept / batch;
        EXPECT_GT(next, acknowledged);
        EXPECT_LE(next, acknowledged + 2);  // at most the batch in flight is more than was heard of
    }
}

}  // namespace
}  // namespace ridge::db
