// SPDX-License-Identifier: Apache-2.0
#include "tuner/worker_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <thread>
#include <utility>

#include "core/error.hpp"
#include "core/text.hpp"

extern char** environ;  // NOLINT: POSIX gives it no header

namespace ridge::tuner {
namespace {

using Clock = WorkerProcess::Clock;

constexpr std::size_t kept_log_bytes = 4096;
constexpr int longest_poll_ms = 200;  // a flag set just before poll() began is seen this late
constexpr auto reap_pause = std::chrono::milliseconds(2);

std::string error_text(int number) { return std::generic_category().message(number); }

struct Pipe {
    Descriptor read, write;
};

Pipe make_pipe() {
    std::array<int, 2> ends{};
    // Close-on-exec: a worker started by another thread must not keep this one's pipes open.
    if (pipe2(ends.data(), O_CLOEXEC) != 0)
        throw EnvironmentError("cannot make a pipe: " + error_text(errno));
    return {Descriptor(ends[0]), Descriptor(ends[1])};
}

void set_nonblocking(const Descriptor& descriptor) {
    fcntl(descriptor.get(), F_SETFL, fcntl(descriptor.get(), F_GETFL) | O_NONBLOCK);
}

int milliseconds_until(Clock::time_point deadline) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count() + 1;
    return static_cast<int>(std::clamp<long long>(left, 0, 1000L * 1000));
}

bool is_set(const std::atomic<bool>* stop) { return stop && stop->load(); }

/// Attributes of the child: its own process group, no blocked signals, SIGPIPE and SIGINT with their default
/// meaning.
class SpawnSettings {
  public:
    SpawnSettings(const Pipe& in, const Pipe& out, const Pipe& log) {
        posix_spawn_file_actions_init(&actions_);
        posix_spawn_file_actions_adddup2(&actions_, in.read.get(), STDIN_FILENO);
        posix_spawn_file_actions_adddup2(&actions_, out.write.get(), STDOUT_FILENO);
        posix_spawn_file_actions_adddup2(&actions_, log.write.get(), STDERR_FILENO);
        posix_spawnattr_init(&attributes_);
        sigset_t none, defaults;
        sigemptyset(&none);
        sigemptyset(&defaults);
        sigaddset(&defaults, SIGPIPE);
        sigaddset(&defaults, SIGINT);
        posix_spawnattr_setsigmask(&attributes_, &none);
        posix_spawnattr_setsigdefault(&attributes_, &defaults);
        posix_spawnattr_setpgroup(&attributes_, 0);
        posix_spawnattr_setflags(
            &attributes_,
            static_cast<short>(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
    }
    ~SpawnSettings() {
        posix_spawn_file_actions_destroy(&actions_);
        posix_spawnattr_destroy(&attributes_);
    }
    SpawnSettings(const SpawnSettings&) = delete;
    SpawnSettings& operator=(const SpawnSettings&) = delete;

    pid_t spawn(const std::vector<std::string>& command) const {
        std::vector<std::string> copy = command;
        std::vector<char*> arguments;
        for (auto& word : copy) arguments.push_back(word.data());
        arguments.push_back(nullptr);
        pid_t pid = -1;
        const int error =
            posix_spawnp(&pid, arguments[0], &actions_, &attributes_, arguments.data(), environ);
        if (error == 0) return pid;
        throw EnvironmentError("worker '" + command.front() + "' cannot be started: " + error_text(error) +
                               "; it should be an executable file, or a program found in PATH");
    }

  private:
    posix_spawn_file_actions_t actions_{};
    posix_spawnattr_t attributes_{};
};

/// Blocks SIGPIPE in this thread and takes away the one that a write to a closed pipe raised.
class SigpipeGuard {
  public:
    SigpipeGuard() {
        sigemptyset(&pipe_);
        sigaddset(&pipe_, SIGPIPE);
        pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
    }
    ~SigpipeGuard() {
        const timespec at_once{};
        if (raised) sigtimedwait(&pipe_, nullptr, &at_once);
        pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }
    SigpipeGuard(const SigpipeGuard&) = delete;
    SigpipeGuard& operator=(const SigpipeGuard&) = delete;

    bool raised = false;

  private:
    sigset_t pipe_{}, before_{};
};

// Appends what can be read now; closes the descriptor at its end.
void drain(Descriptor& from, std::string& into) {
    std::array<char, 65536> block;
    const auto count = ::read(from.get(), block.data(), block.size());
    if (count > 0) into.append(block.data(), static_cast<std::size_t>(count));
    if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) from.close();
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
    if (this != &other) {
        close();
        number_ = other.release();
    }
    return *this;
}

int Descriptor::release() { return std::exchange(number_, -1); }

void Descriptor::close() {
    if (open()) ::close(release());
}

WorkerProcess::WorkerProcess(const std::vector<std::string>& command, const Options& options)
    : options_(options) {
    if (command.empty() || command.front().empty()) throw InputError("worker: no program is named");
    Pipe in = make_pipe(), out = make_pipe(), log = make_pipe();
    pid_ = SpawnSettings(in, out, log).spawn(command);
    input_ = std::move(in.write);
    output_ = std::move(out.read);
    log_ = std::move(log.read);
    set_nonblocking(input_);
    set_nonblocking(output_);
    set_nonblocking(log_);
}

WorkerProcess::~WorkerProcess() { kill_group(); }

bool WorkerProcess::send(std::string_view text, Clock::time_point deadline, const std::atomic<bool>* stop) {
    SigpipeGuard guard;
    std::string rest = std::string(text) + "\n";
    while (!rest.empty()) {
        const auto written = ::write(input_.get(), rest.data(), rest.size());
        if (written > 0) {
            rest.erase(0, static_cast<std::size_t>(written));
            continue;
        }
        guard.raised = errno == EPIPE;
        if (errno != EAGAIN && errno != EINTR) return false;
        pollfd waiting{.fd = input_.get(), .events = POLLOUT, .revents = 0};
        if (is_set(stop)) return false;
        const int ready = poll(&waiting, 1, std::min(longest_poll_ms, milliseconds_until(deadline)));
        if (is_set(stop) || (ready == 0 && Clock::now() >= deadline)) return false;
    }
    return true;
}

WorkerProcess::Reading WorkerProcess::read_line(Clock::time_point deadline, const std::atomic<bool>* stop) {
    for (bool late = false;; late = Clock::now() >= deadline) {
        std::string line;
        if (take_line(line)) return {Event::line, std::move(line)};
        if (buffer_.size() > options_.max_line_bytes)
            return {Event::too_long, buffer_.substr(0, options_.max_line_bytes)};
        if (!output_.open()) return {Event::end, buffer_};
        if (late) return {Event::timeout, buffer_};
        std::array<pollfd, 2> waiting = {{{.fd = output_.get(), .events = POLLIN, .revents = 0},
                                          {.fd = log_.get(), .events = POLLIN, .revents = 0}}};
        if (is_set(stop)) return {Event::stopped, {}};
        const int ready =
            poll(waiting.data(), waiting.size(), std::min(longest_poll_ms, milliseconds_until(deadline)));
        if (is_set(stop)) return {Event::stopped, {}};
        if (ready <= 0) continue;
        if (waiting[1].revents != 0) read_log();
        if (waiting[0].revents != 0) drain(output_, buffer_);
    }
}

bool WorkerProcess::take_line(std::string& line) {
    const auto end = buffer_.find('\n', searched_);
    if (end == std::string::npos || end > options_.max_line_bytes) {
        searched_ = buffer_.size();
        return false;
    }
    line = buffer_.substr(0, end);
    buffer_.erase(0, end + 1);
    searched_ = 0;
    return true;
}

void WorkerProcess::read_log() {
    const auto before = log_text_.size();
    drain(log_, log_text_);
    if (options_.pass_log && log_text_.size() > before) {
        const auto added = std::string_view(log_text_).substr(before);
        if (::write(STDERR_FILENO, added.data(), added.size()) < 0) options_.pass_log = false;
    }
    if (log_text_.size() > kept_log_bytes) log_text_.erase(0, log_text_.size() - kept_log_bytes);
}

// The group is killed while the ended child still holds its number, which nobody else can have got by then.
bool WorkerProcess::reap(int flags) {
    if (reaped_) return true;
    siginfo_t info{};
    if (waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT | flags) != 0) {
        // Where SIGCHLD is ignored, the system reaps; how the child ended is not known then.
        reaped_ = errno == ECHILD;
        return reaped_;
    }
    if (info.si_pid == 0) return false;
    ::kill(-pid_, SIGKILL);
    int status = 0;
    pid_t reaped = 0;
    while ((reaped = waitpid(pid_, &status, 0)) < 0 && errno == EINTR) continue;
    if (reaped == pid_) status_ = status;
    reaped_ = true;
    return true;
}

bool WorkerProcess::wait(Clock::time_point deadline) {
    input_.close();
    while (!reap(WNOHANG)) {
        if (Clock::now() >= deadline) {
            kill_group();
            return false;
        }
        if (log_.open()) read_log();
        std::string unread;
        if (output_.open()) drain(output_, unread);
        std::this_thread::sleep_for(reap_pause);
    }
    while (log_.open()) {
        const auto before = log_text_.size();
        read_log();
        if (log_text_.size() == before) break;
    }
    return true;
}

void WorkerProcess::kill_group() {
    if (!reaped_) ::kill(-pid_, SIGKILL);
    while (!reap(0)) continue;
}

std::string WorkerProcess::ending() const {
    if (!reaped_) return "is still running";
    if (!status_) return "ended";
    if (WIFEXITED(*status_)) return "ended with exit code " + std::to_string(WEXITSTATUS(*status_));
    const int number = WTERMSIG(*status_);
    const char* name = sigabbrev_np(number);
    return "was killed by signal " + std::to_string(number) + (name ? " (SIG" + std::string(name) + ")" : "");
}

int WorkerProcess::exit_code() const { return status_ && WIFEXITED(*status_) ? WEXITSTATUS(*status_) : -1; }

std::string WorkerProcess::log_end() const {
    constexpr std::size_t kept_lines = 5;
    std::vector<std::string> lines;
    for (const auto line : split(log_text_, '\n'))
        if (!line.empty()) lines.emplace_back(line);
    if (lines.size() > kept_lines)
        lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(kept_lines));
    return join(lines, " | ");
}

}  // namespace ridge::tuner
