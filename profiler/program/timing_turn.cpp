// SPDX-License-Identifier: Apache-2.0
#include "profiler/program/timing_turn.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "core/error.hpp"

namespace ridge::profiler {

TimingTurn::TimingTurn(const std::string& file) {
    if (file.empty()) return;
    const auto begin = std::chrono::steady_clock::now();
    // Programs that are run do not inherit the turn.
    file_ = ::open(file.c_str(), O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    while (file_ >= 0 && ::flock(file_, LOCK_EX) != 0)
        if (errno != EINTR) break;
    if (file_ < 0)
        throw EnvironmentError("RIDGE_TIMING_LOCK: " + file +
                               " cannot be opened: " + std::generic_category().message(errno));
    waited_ = std::chrono::steady_clock::now() - begin;
}

TimingTurn::~TimingTurn() {
    if (file_ >= 0) ::close(file_);
}

}  // namespace ridge::profiler
