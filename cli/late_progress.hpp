// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

#include "cli/progress.hpp"

namespace ridge::cli {

/// Progress of work that is mostly done at once: nothing is shown in the first second.
class LateProgress {
  public:
    explicit LateProgress(bool quiet) : progress_(quiet) {}
    void show(std::size_t done, std::size_t total, const std::string& what) {
        if (std::chrono::steady_clock::now() - begin_ > std::chrono::seconds(1))
            progress_.show(done, total, what);
    }

  private:
    Progress progress_;
    std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace ridge::cli
