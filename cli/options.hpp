// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <atomic>
#include <filesystem>
#include <string>
#include <vector>

#include "db/store.hpp"
#include "reports/table.hpp"
#include "tuner/worker.hpp"

/// Options that several commands share: each adds itself with one name, default and help text.
namespace ridge::cli {

/// --db FILE; db::default_store() by default.
struct StoreOption {
    std::string path;
    void add(CLI::App& command);
    /// The store for writing; it is made when it is missing, and so is the default place of it.
    [[nodiscard]] db::Store create() const;
    /// Whether there is something at the path. Throws InputError when a path that the user named is not
    /// there.
    [[nodiscard]] bool exists() const;
};

/// --worker PROGRAM and --launcher WORDS; by default the ridge-worker-host beside this program.
struct WorkerOption {
    std::string program;
    std::string launcher;
    void add(CLI::App& command);
    /// `stop` is set by Ctrl-C.
    [[nodiscard]] tuner::WorkerOptions options(const std::atomic<bool>* stop = nullptr) const;
};

/// --format table|json|csv; tables go to stdout.
struct FormatOption {
    std::string word = "table";
    void add(CLI::App& command);
    void print(const std::vector<reports::Table>& tables) const;
    [[nodiscard]] bool is_text() const { return word == "table"; }
};

/// The folder of the running program.
[[nodiscard]] std::filesystem::path program_folder();

}  // namespace ridge::cli
