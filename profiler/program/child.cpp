// SPDX-License-Identifier: Apache-2.0
#include "profiler/program/child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <thread>

#include "core/error.hpp"
#include "core/text.hpp"

extern char** environ;  // NOLINT: POSIX gives it no header

namespace ridge::profiler {
namespace {

using Clock = std::chrono::steady_clock;
using How = ChildEnd::How;

constexpr std::size_t kept_bytes = std::size_t{1} << 20;
constexpr int poll_ms = 20;  // a program that ends while something holds its output open is seen this late
constexpr auto end_pause = std::chrono::microseconds(200);  // between looks at one that closed its output

std::string error_text(int number) { return std::generic_category().message(number); }

struct Pipe {
    int read = -1, write = -1;
    Pipe() {
        std::array<int, 2> ends{};
        if (pipe2(ends.data(), O_CLOEXEC) != 0)
            throw EnvironmentError("cannot make a pipe: " + error_text(errno));
        read = ends[0];
        write = ends[1];
    }
    ~Pipe() {
        close_read();
        close_write();
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    void close_read() { close_one(read); }
    void close_write() { close_one(write); }

  private:
    static void close_one(int& end) {
        if (end >= 0) ::close(end);
        end = -1;
    }
};

/// A process group whose leader only waits for us to end, however we do, and then kills the group.
class Group {
  public:
    Group() {
        leader_ = ::fork();
        if (leader_ < 0) throw EnvironmentError("cannot start a process: " + error_text(errno));
        if (leader_ == 0) watch();
        ::setpgid(leader_, leader_);  // either side may be first
        life_.close_read();
    }
    ~Group() {
        ::kill(-leader_, SIGKILL);
        while (::waitpid(leader_, nullptr, 0) < 0 && errno == EINTR) continue;
    }
    Group(const Group&) = delete;
    Group& operator=(const Group&) = delete;
    [[nodiscard]] pid_t id() const { return leader_; }

  private:
    // Only what is allowed between fork() and exec().
    [[noreturn]] void watch() {
        ::setpgid(0, 0);
        ::signal(SIGTERM, SIG_DFL);
        for (int file = 0; file < 1024; ++file)
            if (file != life_.read) ::close(file);
        char byte = 0;
        while (::read(life_.read, &byte, 1) < 0 && errno == EINTR) continue;
        ::kill(0, SIGKILL);
        ::_exit(0);
    }

    Pipe life_;
    pid_t leader_ = -1;
};

// 0, or the error number; the child's stdin is empty.
int spawn(const std::vector<std::string>& words, pid_t group, const Pipe& out, const Pipe& err, pid_t& pid) {
    auto copy = words;
    std::vector<char*> arguments;
    for (auto& word : copy) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out.write, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, err.write, STDERR_FILENO);
    posix_spawnattr_init(&attributes);
    sigset_t none, defaults;
    sigemptyset(&none);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setpgroup(&attributes, group);
    posix_spawnattr_setflags(&attributes, static_cast<short>(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                                             POSIX_SPAWN_SETSIGDEF));
    const int error = posix_spawnp(&pid, arguments[0], &actions, &attributes, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return error;
}

// Appends what can be read; false at the end.
bool drain(int from, std::string& into) {
    std::array<char, 65536> block;
    const auto count = ::read(from, block.data(), block.size());
    if (count > 0) into.append(block.data(), static_cast<std::size_t>(count));
    if (into.size() > 2 * kept_bytes) into.erase(0, into.size() - kept_bytes);
    return count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR));
}

/// One run, from its start to its end.
class Run {
  public:
    Run(Clock::time_point deadline, int listener) : deadline_(deadline), listener_(listener) {}

    ChildEnd operator()(const std::vector<std::string>& words) {
        const auto begin = Clock::now();
        if (const int error = spawn(words, group_.id(), out_, err_, pid_); error != 0) {
            end_.error = "'" + words.front() + "' cannot be started: " + error_text(error) +
                         "; it should be an executable file, or a program found in PATH";
            return end_;
        }
        out_.close_write();
        err_.close_write();
        ::fcntl(out_.read, F_SETFL, O_NONBLOCK);
        ::fcntl(err_.read, F_SETFL, O_NONBLOCK);
        end_.how = How::exited;
        while (end_.how == How::exited && !ended()) wait_a_little();
        end_.wall_s = std::chrono::duration<double>(Clock::now() - begin).count();
        finish();
        return std::move(end_);
    }

  private:
    // Without reaping it: its number stays its own until the group is killed.
    [[nodiscard]] bool ended() const {
        siginfo_t info{};
        return ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT | WNOHANG) == 0 &&
               info.si_pid != 0;
    }

    void wait_a_little() {
        if (Clock::now() >= deadline_) {
            end_.how = How::timeout;
            return;
        }
        std::array<pollfd, 3> waiting = {{{.fd = out_.read, .events = POLLIN, .revents = 0},
                                          {.fd = err_.read, .events = POLLIN, .revents = 0},
                                          {.fd = listener_, .events = 0, .revents = 0}}};
        const bool closed = out_.read < 0 && err_.read < 0;
        if (closed) std::this_thread::sleep_for(end_pause);
        if (::poll(waiting.data(), waiting.size(), closed ? 0 : poll_ms) <= 0) return;
        if ((waiting[2].revents & POLLERR) != 0) end_.how = How::unread;
        if (waiting[0].revents != 0 && !drain(out_.read, end_.out)) out_.close_read();
        if (waiting[1].revents != 0 && !drain(err_.read, end_.err)) err_.close_read();
    }

    void finish() {
        const bool by_itself = end_.how == How::exited;
        if (!by_itself) ::kill(-group_.id(), SIGKILL);
        int status = 0;
        while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) continue;
        take_rest(out_.read, end_.out);
        take_rest(err_.read, end_.err);
        if (!by_itself) return;
        if (WIFSIGNALED(status)) end_.how = How::signalled;
        end_.code = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
    }

    // What is in the pipe already; others may hold it open.
    static void take_rest(int from, std::string& into) {
        for (auto before = into.size() + 1; from >= 0 && before != into.size();) {
            before = into.size();
            if (!drain(from, into)) break;
        }
        if (into.size() > kept_bytes) into.erase(0, into.size() - kept_bytes);
    }

    Clock::time_point deadline_;
    int listener_;
    Group group_;
    Pipe out_, err_;
    pid_t pid_ = -1;
    ChildEnd end_;
};

}  // namespace

ChildEnd run_child(const std::vector<std::string>& words, Clock::time_point deadline, int listener) {
    return Run(deadline, listener)(words);
}

std::string last_lines(const std::string& text, std::size_t count) {
    std::vector<std::string> lines;
    for (const auto line : split(text, '\n'))
        if (!words(line).empty()) lines.emplace_back(line);
    if (lines.size() > count) lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(count));
    return plain(join(lines, " | "));
}

std::string plain(std::string text) {
    for (auto& c : text)
        if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7e)
            c = c == '\n' || c == '\t' || c == '\r' ? ' ' : '?';
    return text;
}

}  // namespace ridge::profiler
