// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <atomic>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/program_options.hpp"
#include "operators/program/program.hpp"
#include "tuner/worker.hpp"

namespace ridge::cli {

/// --worker, any number of --launcher, and --workers for each of these: the workers of a campaign.
struct CrewOptions {
    std::string program;
    std::vector<std::string> launchers;
    int workers = 1;
    void add(CLI::App& command);
    [[nodiscard]] std::size_t size() const;
};

/// The workers of a campaign, started. Those of a program of the user's that share a launcher compile at the
/// same time and measure one after the other.
class StartedCrew {
  public:
    /// Throws what tuner::Worker throws, and InputError for a number of workers that makes no sense.
    StartedCrew(const CrewOptions& options, const std::optional<operators::Program>& program,
                double timeout_s, const std::atomic<bool>& stop);
    ~StartedCrew();
    StartedCrew(const StartedCrew&) = delete;
    StartedCrew& operator=(const StartedCrew&) = delete;

    [[nodiscard]] std::vector<tuner::Worker>& workers() { return workers_; }
    [[nodiscard]] const std::string& device() const { return device_; }  ///< of the first one

  private:
    std::optional<ProgramWorkerFile> program_file_;
    std::vector<std::filesystem::path> locks_;
    std::vector<tuner::Worker> workers_;
    std::string device_;
};

}  // namespace ridge::cli
