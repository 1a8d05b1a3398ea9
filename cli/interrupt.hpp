// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

namespace ridge::cli {

/// While it lives, SIGINT and SIGTERM set a flag in place of ending the program; a second one ends it as
/// usual.
class InterruptGuard {
  public:
    InterruptGuard();
    ~InterruptGuard();
    InterruptGuard(const InterruptGuard&) = delete;
    InterruptGuard& operator=(const InterruptGuard&) = delete;
    [[nodiscard]] const std::atomic<bool>& flag() const;
};

}  // namespace ridge::cli
