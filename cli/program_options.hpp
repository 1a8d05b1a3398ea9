// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "db/store.hpp"
#include "operators/program/program.hpp"
#include "tuner/suite.hpp"
#include "tuner/worker.hpp"

namespace ridge::cli {

/// What the user says of a program of his own that is to be tuned: --command, or --source with --build and
/// --run, and what goes with them.
struct ProgramOptions {
    std::string command, source, build, run = "{output}", space, name, problem, device;
    std::string time_from = "printed";
    bool shell = false;

    void add(CLI::App& command);
    [[nodiscard]] bool wanted() const { return !command.empty() || !source.empty(); }
    /// Throws InputError for an option that is missing or does not belong here, and what
    /// tuner::read_space_file() and operators::check() throw. What was mended in the space goes to stderr.
    [[nodiscard]] operators::Program program() const;
};

/// The call of a program as a suite, and what a campaign on it is named by.
[[nodiscard]] tuner::Suite suite_of(const operators::Program& program);

/// The program that a campaign (its uuid or the beginning of one) measures; nothing when it measures
/// operators. Throws InputError when it is not known: nothing was measured yet.
[[nodiscard]] std::optional<operators::Program> program_of(const db::Store& store, const std::string& uuid);

/// Throws InputError when the source of a program is not what it was when the campaign began.
void refuse_changed_source(const operators::Program& program, const std::string& campaign);

/// Words of ridge-worker-command for a program, which may be started on another machine. Throws InputError
/// for a description that is too long for that.
[[nodiscard]] std::vector<std::string> remote_command(const operators::Program& program);

/// ridge-worker-command for a program on this machine, and the file with its description: in memory, so that
/// nothing of it is left when this process is killed.
class ProgramWorkerFile {
  public:
    explicit ProgramWorkerFile(const operators::Program& program);
    ~ProgramWorkerFile();
    ProgramWorkerFile(const ProgramWorkerFile&) = delete;
    ProgramWorkerFile& operator=(const ProgramWorkerFile&) = delete;
    [[nodiscard]] std::vector<std::string> command() const;

  private:
    int file_ = -1;
};

}  // namespace ridge::cli
