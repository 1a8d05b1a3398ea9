// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "cli/commands.hpp"
#include "cli/options.hpp"
#include "tuner/worker.hpp"
#include "tuner/worker_check.hpp"

namespace ridge::cli {
namespace {

struct WorkerCommandOptions {
    std::string program;
    std::string launcher;
    FormatOption format;
    [[nodiscard]] tuner::WorkerOptions worker() const {
        return WorkerOption{.program = program, .launcher = launcher}.options();
    }
};

ExitCode check_worker(const WorkerCommandOptions& options) {
    reports::Table table("worker_check", "Conformance with the bench protocol",
                         {"check", "result", "detail"});
    bool conforms = true;
    for (const auto& check : tuner::check_worker(options.worker())) {
        conforms = conforms && check.passed;
        table.add_row()
            .set("check", check.name)
            .set("result", check.passed ? "pass" : "FAIL")
            .set("detail", check.detail);
    }
    options.format.print({table});
    std::cerr << "ridge: " << options.program << (conforms ? " conforms" : " does not conform")
              << " to the bench protocol\n";
    return conforms ? ExitCode::done : ExitCode::failed;
}

ExitCode describe_worker(const WorkerCommandOptions& options) {
    std::cout << tuner::Worker(options.worker()).describe().json().dump(2) << '\n';
    return ExitCode::done;
}

void add(CLI::App& parent, Action& action, const char* name, const char* help,
         ExitCode (*run)(const WorkerCommandOptions&)) {
    auto* command = parent.add_subcommand(name, help);
    auto options = std::make_shared<WorkerCommandOptions>();
    command->add_option("program", options->program, "the worker, with its arguments in one word")
        ->required();
    command->add_option("--launcher", options->launcher, "words put before the worker");
    options->format.add(*command);
    command->callback([options, run, &action] { action = [options, run] { return run(*options); }; });
}

}  // namespace

void add_worker(CLI::App& app, Action& action) {
    auto* command = app.add_subcommand("worker", "Check or describe a worker of the bench protocol");
    command->require_subcommand(1);
    add(*command, action, "check", "Say whether a worker conforms to the bench protocol", check_worker);
    add(*command, action, "describe",
        "Print a worker's device, environment, implementations and roofs as JSON", describe_worker);
}

}  // namespace ridge::cli
