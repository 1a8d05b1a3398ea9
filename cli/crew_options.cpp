// SPDX-License-Identifier: Apache-2.0
#include "cli/crew_options.hpp"

#include <unistd.h>

#include <algorithm>

#include "cli/options.hpp"
#include "core/error.hpp"
#include "core/text.hpp"

namespace ridge::cli {
namespace {

namespace fs = std::filesystem;

// Threads and processes for more are a mistake rather than a wish.
constexpr int most_workers = 1024;

// Named alike on every machine that a launcher may lead to.
fs::path lock_file(std::size_t launcher) {
    return "/tmp/ridge-timing-" + std::to_string(::getpid()) + "-" + std::to_string(launcher);
}

}  // namespace

void CrewOptions::add(CLI::App& command) {
    program = (program_folder() / "ridge-worker-host").string();
    command.add_option("--worker", program,
                       "worker program with its arguments (default: ridge-worker-host beside ridge)");
    command
        .add_option("--launcher", launchers,
                    "words put before the worker, e.g. \"srun -N1\" or \"ssh host\"; several, each with the "
                    "option's name before it, are as many workers")
        ->allow_extra_args(false);
    command.add_option("--workers", workers,
                       "workers for each launcher, each with a device of its own; of --command and --source: "
                       "that compile at the same time and measure in turns (default: 1)");
}

std::size_t CrewOptions::size() const {
    return std::max<std::size_t>(1, launchers.size()) * static_cast<std::size_t>(workers);
}

StartedCrew::StartedCrew(const CrewOptions& options, const std::optional<operators::Program>& program,
                         double timeout_s, const std::atomic<bool>& stop) {
    if (options.workers < 1 || options.size() > most_workers)
        throw InputError("--workers is " + std::to_string(options.workers) + ", should be from 1 to " +
                         std::to_string(most_workers) + " over all launchers");
    const auto launchers = options.launchers.empty() ? std::vector<std::string>{""} : options.launchers;
    workers_.reserve(options.size());
    for (std::size_t place = 0; place < launchers.size(); ++place) {
        auto one = WorkerOption{.program = options.program, .launcher = launchers[place]}.options(&stop);
        if (program && one.launcher.empty() && !program_file_) program_file_.emplace(*program);
        if (program) one.command = one.launcher.empty() ? program_file_->command() : remote_command(*program);
        if (program && options.workers > 1) {
            const auto lock = lock_file(place);
            one.launcher.insert(one.launcher.end(), {"env", "RIDGE_TIMING_LOCK=" + lock.string()});
            one.turns_wait_s = timeout_s * (options.workers - 1);
            locks_.push_back(lock);
        }
        for (int i = 0; i < options.workers; ++i) workers_.emplace_back(one);
    }
    device_ = workers_.front().describe().device.id;
}

StartedCrew::~StartedCrew() {
    workers_.clear();
    std::error_code ignored;
    for (const auto& lock : locks_) fs::remove(lock, ignored);
}

}  // namespace ridge::cli
