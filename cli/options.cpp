// SPDX-License-Identifier: Apache-2.0
#include "cli/options.hpp"

#include <cstdlib>

#include "core/text.hpp"

namespace ridge::cli {
namespace {

namespace fs = std::filesystem;

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}

// The XDG specification has relative values ignored.
fs::path data_folder() {
    const fs::path configured = environment("XDG_DATA_HOME");
    return configured.is_absolute() ? configured : fs::path(environment("HOME")) / ".local/share";
}

}  // namespace

fs::path default_store() {
    const auto configured = environment("RIDGE_DB");
    return configured.empty() ? data_folder() / "ridgepoint/ridge.db" : fs::path(configured);
}

fs::path program_folder() {
    std::error_code error;
    const auto program = fs::read_symlink("/proc/self/exe", error);
    return error ? fs::current_path() : program.parent_path();
}

void StoreOption::add(CLI::App& command) {
    path = default_store().string();
    command.add_option("--db", path, "store file (default: $RIDGE_DB, else " + path + ")");
}

void WorkerOption::add(CLI::App& command) {
    program = (program_folder() / "ridge-worker-host").string();
    command.add_option("--worker", program, "worker program with its arguments (default: ridge-worker-host beside ridge)");
    command.add_option("--launcher", launcher, "words put before the worker, e.g. \"srun -N1\" or \"ssh host\"");
}

std::vector<std::string> WorkerOption::command() const {
    std::vector<std::string> parts;
    for (const auto word : words(launcher)) parts.emplace_back(word);
    // A path with blanks is a program; anything else is a command line.
    std::error_code error;
    if (fs::exists(program, error)) parts.push_back(program);
    else
        for (const auto word : words(program)) parts.emplace_back(word);
    return parts;
}

}  // namespace ridge::cli
