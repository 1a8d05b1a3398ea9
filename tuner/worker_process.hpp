// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ridge::tuner {

/// A file descriptor that closes itself.
class Descriptor {
  public:
    Descriptor() = default;
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
    Descriptor& operator=(Descriptor&& other) noexcept;
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() { close(); }

    [[nodiscard]] int get() const { return number_; }
    [[nodiscard]] bool open() const { return number_ >= 0; }
    int release();
    void close();

  private:
    int number_ = -1;
};

/// A running child with its three pipes, in a process group of its own so that Ctrl-C at a terminal reaches
/// only us and a launcher goes down with what it launched. Destroying it kills the group.
class WorkerProcess {
  public:
    using Clock = std::chrono::steady_clock;

    struct Options {
        std::size_t max_line_bytes = std::size_t{4} << 20;
        bool pass_log = false;  ///< copy the child's stderr to ours, besides keeping its end
    };

    enum class Event { line, end, timeout, too_long, stopped };
    struct Reading {
        Event event = Event::end;
        std::string line;  ///< without the newline; of a line that is too long, its beginning
    };

    /// Throws EnvironmentError naming the program when it cannot be started.
    WorkerProcess(const std::vector<std::string>& command, const Options& options);
    ~WorkerProcess();
    WorkerProcess(const WorkerProcess&) = delete;
    WorkerProcess& operator=(const WorkerProcess&) = delete;

    // `stop` of both: given up within 200 ms of its being set, and at once when a signal interrupts the
    // waiting.

    /// Writes the text and a newline; false when the child no longer reads, does not by the deadline, or was
    /// stopped. Raises no SIGPIPE.
    bool send(std::string_view text, Clock::time_point deadline, const std::atomic<bool>* stop);
    /// The next line of the child's stdout.
    Reading read_line(Clock::time_point deadline, const std::atomic<bool>* stop);

    /// Waits for the child to end by itself and kills its group at the deadline; true when it ended by
    /// itself.
    bool wait(Clock::time_point deadline);
    void kill_group();

    /// "ended with exit code 3", "was killed by signal 11 (SEGV)", "is still running".
    [[nodiscard]] std::string ending() const;
    /// Of an ended child: its exit code, or -1 when a signal ended it or the code is not known.
    [[nodiscard]] int exit_code() const;
    /// Last lines of the child's stderr.
    [[nodiscard]] std::string log_end() const;

  private:
    void read_log();
    bool take_line(std::string& line);
    bool reap(int flags);

    Options options_;
    pid_t pid_ = -1;
    Descriptor input_, output_, log_;
    std::string buffer_;
    std::size_t searched_ = 0;  // of buffer_: no newline before it
    std::string log_text_;
    std::optional<int> status_;  // of waitpid(); empty while it runs, or when the system reaped it
    bool reaped_ = false;
};

}  // namespace ridge::tuner
