// SPDX-License-Identifier: Apache-2.0
#include "profiler/host_timer.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/text.hpp"
#include "profiler/energy.hpp"

namespace ridge::profiler {
namespace {

double steady_now_s() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Smallest step seen between readings: the clock's granularity, or the cost of reading it where that is more.
double steady_resolution_s() {
    double smallest = 1e-3;
    for (int i = 0; i < 1000; ++i) {
        const double step = -(steady_now_s() - steady_now_s());
        if (step > 0) smallest = std::min(smallest, step);
    }
    return smallest;
}

// The second number of a thread's schedstat: nanoseconds spent ready on a run queue
// (Documentation/scheduler/sched-stats.rst of the Linux kernel). The files stay open, since opening them
// would take longer than short samples.
class RunQueueWait {
  public:
    RunQueueWait() {
        std::error_code error;
        for (const auto& task : std::filesystem::directory_iterator("/proc/self/task", error)) {
            const int file = ::open((task.path() / "schedstat").c_str(), O_RDONLY | O_CLOEXEC);
            if (file >= 0) files_.push_back(file);
        }
    }
    ~RunQueueWait() {
        for (const int file : files_) ::close(file);
    }
    RunQueueWait(const RunQueueWait&) = delete;
    RunQueueWait& operator=(const RunQueueWait&) = delete;

    [[nodiscard]] bool readable() const { return !files_.empty(); }

    [[nodiscard]] double total_s() const {
        double total_ns = 0;
        for (const int file : files_) total_ns += waited_ns(file);
        return total_ns * 1e-9;
    }

  private:
    // A thread that has ended reads as nothing.
    static double waited_ns(int file) {
        char text[96];
        const auto length = ::pread(file, text, sizeof text, 0);
        if (length <= 0) return 0;
        const auto fields = words({text, static_cast<std::size_t>(length)});
        double value = 0;
        if (fields.size() > 1) std::from_chars(fields[1].data(), fields[1].data() + fields[1].size(), value);
        return value;
    }

    std::vector<int> files_;
};

// n dependent additions; false where it is not written for this instruction set. A register operand, because
// cores that fold additions of small constants at renaming (Intel since 2021) would be timed too fast.
bool run_addition_chain(std::int64_t n) {
#if defined(__x86_64__)
    std::uint64_t sum = 0;
    for (std::int64_t i = 0; i < n; i += 10)
        asm volatile(
            "add %1, %0\n\tadd %1, %0\n\tadd %1, %0\n\tadd %1, %0\n\tadd %1, %0\n\t"
            "add %1, %0\n\tadd %1, %0\n\tadd %1, %0\n\tadd %1, %0\n\tadd %1, %0"
            : "+r"(sum)
            : "r"(std::uint64_t{3})
            : "cc");
    return true;
#elif defined(__aarch64__)
    std::uint64_t sum = 0;
    for (std::int64_t i = 0; i < n; i += 5)
        asm volatile("add %0, %0, %1\n\tadd %0, %0, %1\n\tadd %0, %0, %1\n\tadd %0, %0, %1\n\tadd %0, %0, %1"
                     : "+r"(sum)
                     : "r"(std::uint64_t{3}));
    return true;
#else
    return n < 0;
#endif
}

}  // namespace

Timer host_timer() {
    Timer timer;
    timer.now_s = steady_now_s;
    timer.resolution_s = steady_resolution_s();
    if (const auto wait = std::make_shared<RunQueueWait>(); wait->readable())
        timer.waited_s = [wait] { return wait->total_s(); };
    if (const auto counter = std::make_shared<EnergyCounter>(); counter->readable())
        timer.energy_j = [counter] { return counter->total_j(); };
    return timer;
}

std::optional<double> measure_clock_hz() {
    constexpr std::int64_t additions = 200'000;
    constexpr int tries = 5;
    double best_s = 0;
    for (int i = 0; i < tries; ++i) {
        const double start = steady_now_s();
        if (!run_addition_chain(additions)) return std::nullopt;
        const double elapsed_s = steady_now_s() - start;
        if (elapsed_s > 0 && (best_s <= 0 || elapsed_s < best_s)) best_s = elapsed_s;
    }
    if (best_s <= 0) return std::nullopt;
    return static_cast<double>(additions) / best_s;
}

}  // namespace ridge::profiler
