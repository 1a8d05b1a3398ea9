// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.hpp"
#include "cli/options.hpp"
#include "tuner/worker.hpp"

namespace ridge::cli {
namespace {

struct DoctorOptions {
    WorkerOption worker;
    FormatOption format;
};

std::string shown(const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

// Nested objects of the environment become dotted names.
void add_facts(reports::Table& table, const Json& facts, const std::string& prefix) {
    for (const auto& [key, value] : facts.items()) {
        if (value.is_object())
            add_facts(table, value, prefix + key + ".");
        else
            table.add_row().set("name", prefix + key).set("value", shown(value));
    }
}

ExitCode examine(const DoctorOptions& options) {
    const auto description = tuner::Worker(options.worker.options()).describe();
    reports::Table table("environment", "What was found on " + description.device.name, {"name", "value"});
    add_facts(table, description.environment, "");
    options.format.print({table});
    return ExitCode::done;
}

}  // namespace

void add_doctor(CLI::App& app, Action& action) {
    auto* command = app.add_subcommand(
        "doctor", "Show what a worker finds on this machine, and what it cannot read and why");
    auto options = std::make_shared<DoctorOptions>();
    options->worker.add(*command);
    options->format.add(*command);
    command->callback([options, &action] { action = [options] { return examine(*options); }; });
}

}  // namespace ridge::cli
