// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace ridge::cli {

/// Progress on stderr: a line that is redrawn on a terminal, a line now and then elsewhere. Called between
/// measurements only, so that nothing is drawn while a sample is timed.
class Progress {
  public:
    explicit Progress(bool quiet);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    void show(std::size_t done, std::size_t total, const std::string& what);

  private:
    using Clock = std::chrono::steady_clock;
    bool quiet_, terminal_, drawn_ = false;
    Clock::time_point begin_, last_;
};

/// "1:05" or "1:02:03".
[[nodiscard]] std::string duration_text(double seconds);

}  // namespace ridge::cli
