// SPDX-License-Identifier: Apache-2.0
#include "cli/options.hpp"

#include <unistd.h>

#include <iostream>

#include "core/error.hpp"
#include "core/text.hpp"
#include "db/default_store.hpp"

namespace ridge::cli {
namespace {

namespace fs = std::filesystem;

}  // namespace

fs::path program_folder() {
    std::error_code error;
    const auto program = fs::read_symlink("/proc/self/exe", error);
    return error ? fs::current_path() : program.parent_path();
}

void StoreOption::add(CLI::App& command) {
    path = db::default_store().string();
    command.add_option("--db", path, "store file (default: $RIDGE_DB, else " + path + ")");
}

void WorkerOption::add(CLI::App& command) {
    program = (program_folder() / "ridge-worker-host").string();
    command.add_option("--worker", program,
                       "worker program with its arguments (default: ridge-worker-host beside ridge)");
    command.add_option("--launcher", launcher,
                       "words put before the worker, e.g. \"srun -N1\" or \"ssh host\"");
}

db::Store StoreOption::create() const {
    std::error_code ignored;  // opening says what is wrong with the place
    if (path == db::default_store()) fs::create_directories(fs::path(path).parent_path(), ignored);
    return {path, db::Access::create};
}

bool StoreOption::exists() const {
    std::error_code error;
    if (fs::exists(path, error)) return true;
    if (path != db::default_store()) throw InputError("--db " + path + ": there is no such store");
    return false;
}

void FormatOption::add(CLI::App& command) {
    command.add_option("--format", word, "table, json or csv (default: table)")
        ->check(CLI::IsMember({"table", "json", "csv"}));
}

void FormatOption::print(const std::vector<reports::Table>& tables) const {
    const bool bold = reports::colour_wanted("auto", isatty(STDOUT_FILENO) == 1);
    reports::write_tables(std::cout, tables, reports::parse_table_format(word), bold);
}

tuner::WorkerOptions WorkerOption::options(const std::atomic<bool>* stop) const {
    tuner::WorkerOptions out;
    out.stop = stop;
    for (const auto word : words(launcher)) out.launcher.emplace_back(word);
    // A path with blanks is a program; anything else is a command line.
    std::error_code error;
    if (fs::exists(program, error))
        out.command.push_back(program);
    else
        for (const auto word : words(program)) out.command.emplace_back(word);
    if (out.command.empty()) throw InputError("--worker is empty, should be a program");
    return out;
}

}  // namespace ridge::cli
