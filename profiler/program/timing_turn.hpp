// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

namespace ridge::profiler {

/// While it lives, no other worker of this machine that names the same file is timing: workers of one device
/// compile at the same time and measure one after the other. The file is made when it is missing, and left.
class TimingTurn {
  public:
    /// Waits for the turn; at once with an empty name. Throws EnvironmentError when the file cannot be
    /// opened.
    explicit TimingTurn(const std::string& file);
    ~TimingTurn();
    TimingTurn(const TimingTurn&) = delete;
    TimingTurn& operator=(const TimingTurn&) = delete;

    [[nodiscard]] std::chrono::steady_clock::duration waited() const { return waited_; }

  private:
    int file_ = -1;
    std::chrono::steady_clock::duration waited_{};
};

}  // namespace ridge::profiler
