// SPDX-License-Identifier: Apache-2.0
#include "tuner/worker.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "core/error.hpp"
#include "tests/tuner/support.hpp"

namespace ridge::tuner {
namespace {

using testing::HasSubstr;
using testing_support::fake_worker;

// a=2 is where the fake worker misbehaves.
protocol::MeasureRequest request(std::int64_t a, double timeout_s = 10) {
    protocol::MeasureRequest out;
    out.call = "stream_read n=64 x=fp32";
    out.implementation = "alpha";
    out.config.set("a", a);
    out.config.set("b", std::int64_t{1});
    out.budget.timeout_s = timeout_s;
    return out;
}

TEST(Worker, DescribesAndMeasures) {
    Worker worker(fake_worker("ok"));
    EXPECT_EQ(worker.source(), "fake 1.0");
    EXPECT_EQ(worker.describe().implementations.size(), 2U);
    const auto measurement = worker.measure(request(4));
    EXPECT_EQ(measurement.status, Status::ok);
    ASSERT_EQ(measurement.samples_s.size(), 7U);
    EXPECT_DOUBLE_EQ(measurement.samples_s.front(), 1010e-9);
    EXPECT_EQ(worker.roof({}).status, Status::invalid);
    EXPECT_EQ(worker.restarts(), 0);
    EXPECT_EQ(worker.quit(), 0);
}

struct Fault {
    const char* mode;
    Status status;
    const char* reason;
    int restarts;
    double timeout_s = 10;
};

std::ostream& operator<<(std::ostream& out, const Fault& one) { return out << one.mode; }

class FaultyWorker : public testing::TestWithParam<Fault> {};

// One request pays, the reason says what happened, and the next request is answered.
TEST_P(FaultyWorker, CostsOneRequest) {
    const auto& fault = GetParam();
    Worker worker(fake_worker(fault.mode));
    const auto bad = worker.measure(request(2, fault.timeout_s));
    EXPECT_EQ(bad.status, fault.status);
    EXPECT_THAT(bad.reason, HasSubstr(fault.reason));
    EXPECT_EQ(bad.samples_s.empty(), fault.status != Status::ok);
    const auto good = worker.measure(request(4));
    EXPECT_EQ(good.status, Status::ok) << good.reason;
    EXPECT_EQ(worker.restarts(), fault.restarts);
}

INSTANTIATE_TEST_SUITE_P(
    Modes, FaultyWorker,
    testing::Values(
        Fault{"dies", Status::failed, "ended with exit code 7; its log ends: something broke inside", 1},
        Fault{"segv", Status::failed, "was killed by signal 11 (SIGSEGV)", 1},
        Fault{"hangs", Status::failed, "no answer within 0.3 s", 1, 0.3},
        Fault{"logs-only", Status::failed, "no answer within 0.3 s", 1, 0.3},
        Fault{"closes", Status::failed, "it closed its output", 1},
        Fault{"rubbish", Status::failed, "not JSON: 'Segmentation fault? No: rubbish", 1},
        Fault{"binary", Status::failed, "not JSON: '?\?\?\?'", 1},
        Fault{"nan", Status::failed, "not JSON: '{\"id\": ", 1},
        Fault{"half-line", Status::failed, "exit code 1 in the middle of the line '{\"id\": '", 1},
        Fault{"huge", Status::failed, "a line of more than 65536 bytes: 'xxxx", 1},
        Fault{"wrong-id", Status::failed, "to the request with id 1", 1},
        Fault{"list", Status::failed, "it answered '[1,2]'", 1},
        Fault{"no-samples", Status::failed, "samples should be given", 1},
        Fault{"negative", Status::failed, "should be a number above 0", 1},
        Fault{"refuses", Status::failed, "refused the request: '\"not today\"'", 0},
        Fault{"unverified", Status::failed, "without error_over_bound", 0},
        Fault{"other-cache", Status::failed, "measured warm when asked for cold", 0},
        Fault{"inaccurate", Status::wrong, "3.5 times its bound", 0},
        Fault{"invalid", Status::invalid, "does not fit", 0}, Fault{"slow", Status::ok, "", 0},
        Fault{"noisy-log", Status::ok, "", 0}),
    [](const auto& one) {
        std::string name = one.param.mode;
        std::ranges::replace(name, '-', '_');
        return name;
    });

template <typename Exception>
std::string start_failure(const WorkerOptions& options) {
    try {
        Worker worker(options);
        return "started";
    } catch (const Exception& error) {
        return error.what();
    }
}

TEST(Worker, ThatIsNotThereIsNamed) {
    WorkerOptions options;
    options.command = {"/no/such/worker"};
    EXPECT_THAT(start_failure<EnvironmentError>(options),
                HasSubstr("'/no/such/worker' cannot be started: No such file"));
    options.launcher = {"/no/such/launcher", "-n1"};
    EXPECT_THAT(start_failure<EnvironmentError>(options), HasSubstr("'/no/such/launcher' cannot be started"));
    options = {};
    EXPECT_THAT(start_failure<InputError>(options), HasSubstr("no program is named"));
}

TEST(Worker, ThatIsNotExecutableIsNamed) {
    const testing_support::TemporaryFolder folder;
    const auto path = folder / "data.txt";
    std::ofstream(path) << "no program\n";
    WorkerOptions options;
    options.command = {path.string()};
    EXPECT_THAT(start_failure<EnvironmentError>(options),
                HasSubstr("cannot be started: Permission denied; it should be an executable"));
}

TEST(Worker, ThatDoesNotGreetIsRefused) {
    EXPECT_THAT(start_failure<EnvironmentError>(fake_worker("dies-at-start")),
                HasSubstr("no greeting: it ended with exit code 3; its log ends: something broke inside; its "
                          "first line should be {"));
    auto silent = fake_worker("silent");
    silent.start_timeout_s = 0.3;
    EXPECT_THAT(start_failure<EnvironmentError>(silent), HasSubstr("no greeting: no answer within 0.3 s"));
    EXPECT_THAT(start_failure<InputError>(fake_worker("greets-rubbish")),
                HasSubstr("greeting 'Welcome to this machine!': not valid JSON"));
    EXPECT_THAT(start_failure<InputError>(fake_worker("wrong-version")),
                HasSubstr("key 'version' is 2, should be 1"));
}

TEST(Worker, LauncherIsPutBeforeTheCommand) {
    auto options = fake_worker("ok");
    options.launcher = {"env", "FAKE_WORKER_DEVICE=launched"};
    Worker worker(options);
    EXPECT_EQ(worker.describe().device.id, "launched");
}

TEST(Worker, DescribeFailsAfterTheAttempts) {
    auto options = fake_worker("describe-dies");
    options.describe_attempts = 2;
    Worker worker(options);
    try {
        static_cast<void>(worker.describe());
        FAIL();
    } catch (const EnvironmentError& error) {
        EXPECT_THAT(error.what(), HasSubstr("no description after 2 attempts: it ended with exit code 9"));
    }
    EXPECT_EQ(worker.restarts(), 1);
}

TEST(Worker, WritingToADeadWorkerRaisesNoSignal) {
    Worker worker(fake_worker("dies"));
    for (int i = 0; i < 3; ++i) EXPECT_EQ(worker.measure(request(2)).status, Status::failed);
    EXPECT_EQ(worker.restarts(), 2);
}

TEST(Worker, ThatDoesNotQuitIsKilled) {
    Worker worker(fake_worker("ignores-quit"));
    EXPECT_EQ(worker.quit(0.3), -1);
}

// A program that starts us may have left SIGCHLD ignored: the system reaps children then.
TEST(Worker, ThatTheSystemReapsIsNotWaitedForEndlessly) {
    const auto before = signal(SIGCHLD, SIG_IGN);
    {
        Worker worker(fake_worker("dies"));
        EXPECT_THAT(worker.measure(request(2)).reason, HasSubstr("ended"));
        EXPECT_EQ(worker.measure(request(4)).status, Status::ok);
        EXPECT_EQ(worker.quit(), -1);
        Worker hanging(fake_worker("hangs"));
        EXPECT_THAT(hanging.measure(request(2, 0.2)).reason, HasSubstr("no answer within 0.2 s"));
    }
    signal(SIGCHLD, before);
}

// A request that does not fit the pipe of a worker that does not read.
TEST(Worker, StopEndsARequestThatIsNotRead) {
    std::atomic<bool> stop = false;
    auto options = fake_worker("deaf");
    options.stop = &stop;
    Worker worker(options);
    std::thread other([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        stop = true;
    });
    EXPECT_THROW(static_cast<void>(worker.exchange_raw(std::string(1 << 20, ' '), 300)), Stopped);
    other.join();
}

extern "C" void do_nothing(int) {}

// A signal handler sets the flag while a worker hangs: the request is given up at once.
TEST(Worker, StopEndsARequestInFlight) {
    struct sigaction action {};
    action.sa_handler = do_nothing;  // no SA_RESTART: the signal interrupts the waiting
    sigaction(SIGUSR1, &action, nullptr);
    std::atomic<bool> stop = false;
    auto options = fake_worker("hangs");
    options.stop = &stop;
    Worker worker(options);
    const auto waiting = pthread_self();
    std::thread other([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        stop = true;
        for (int i = 0; i < 20; ++i) {
            pthread_kill(waiting, SIGUSR1);
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
    });
    EXPECT_THROW(static_cast<void>(worker.measure(request(2, 300))), Stopped);
    other.join();
}

}  // namespace
}  // namespace ridge::tuner
