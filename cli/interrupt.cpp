// SPDX-License-Identifier: Apache-2.0
#include "cli/interrupt.hpp"

#include <csignal>

namespace ridge::cli {
namespace {

// A signal handler can reach nothing but an object of static storage.
std::atomic<bool> interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free);

extern "C" void on_signal(int) { interrupted = true; }

void install(void (*handler)(int)) {
    struct sigaction action = {};
    action.sa_handler = handler;
    // Back to the default after the first, so that a second Ctrl-C ends a program that does not listen.
    action.sa_flags = handler == SIG_DFL ? 0 : static_cast<int>(SA_RESETHAND);
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
}

}  // namespace

InterruptGuard::InterruptGuard() {
    interrupted = false;
    install(on_signal);
}

InterruptGuard::~InterruptGuard() { install(SIG_DFL); }

const std::atomic<bool>& InterruptGuard::flag() const { return interrupted; }

}  // namespace ridge::cli
