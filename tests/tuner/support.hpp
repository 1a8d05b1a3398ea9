// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unistd.h>

#include <filesystem>
#include <string>

#include "tuner/campaign.hpp"

namespace ridge::tuner::testing_support {

constexpr std::size_t campaign_child_calls = 32;

inline std::string fake_worker_path() {
    return std::string(RIDGE_SOURCE_DIR) + "/tests/tuner/workers/fake_worker.py";
}

inline WorkerOptions fake_worker(const std::string& mode) {
    WorkerOptions options;
    options.command = {RIDGE_PYTHON, "-S", "-E", fake_worker_path(), mode};
    options.process.max_line_bytes = 1 << 16;
    return options;
}

/// A folder of its own that goes away with the test.
class TemporaryFolder {
  public:
    TemporaryFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "ridge-tuner-XXXXXX").string();
        path_ = mkdtemp(name.data());
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    [[nodiscard]] std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

  private:
    std::filesystem::path path_;
};

/// Calls that the fake worker can run.
inline Suite fake_suite(std::size_t calls) {
    Suite suite{.name = "fake", .version = 1, .description = "", .calls = {}, .path = {}};
    for (std::size_t i = 0; i < calls; ++i)
        suite.calls.push_back({.call = "stream_read n=" + std::to_string(64 * (i + 1)) + " x=fp32",
                               .cache = i % 2 == 0 ? CacheState::cold : CacheState::warm,
                               .weight = 1});
    return suite;
}

inline CampaignOptions fake_options(std::size_t calls) {
    CampaignOptions options;
    options.suite = fake_suite(calls);
    options.searcher = "exhaustive";
    options.max_configs = 0;
    options.race = false;
    options.finalists = 0;
    options.budget.timeout_s = 10;
    return options;
}

}  // namespace ridge::tuner::testing_support
