// SPDX-License-Identifier: Apache-2.0
#include "cli/command.hpp"

#include <algorithm>
#include <array>
#include <iostream>
#include <new>

#include "cli/breakeven.hpp"
#include "cli/commands.hpp"
#include "cli/version.hpp"
#include "core/text.hpp"

namespace ridge::cli {
namespace {

constexpr auto all = std::to_array<Command>(
    {{add_doctor},  {add_operators}, {add_devices},   {add_worker},   {add_suite},     {add_roof},
     {add_tune},    {add_best},      {add_train},     {add_validate}, {add_calibrate}, {add_scenario},
     {add_predict}, {add_cost},      {add_breakeven}, {add_simulate}, {add_plan},      {add_sweep},
     {add_report},  {add_import},    {add_export},    {add_space},    {add_merge},     {add_store}});

constexpr const char* examples = R"(Examples:
  ridge roof                       measure this machine's roofs
  ridge tune --suite demo          find the best kernel configurations
  ridge train                      fit the cost model on what was measured
  ridge cost --model llama-2-7b --device h100-sxm --device this
  ridge report --output report     write report/report.html

Exit codes: 0 done, 1 failed, 2 bad usage or input, 3 threshold exceeded, 4 finished but incomplete,
5 environment refused, 130 interrupted with what was done kept.)";

int code(ExitCode exit) { return static_cast<int>(exit); }

int fail(ExitCode exit, const std::string& message) {
    std::cerr << "ridge: " << message << '\n';
    return code(exit);
}

// CLI11 ends with codes of its own from 100 on; help and version are no errors.
int usage(const CLI::App& app, const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error, std::cout, std::cerr);
    return fail(ExitCode::bad_input, std::string(error.what()) + " (see 'ridge --help')");
}

// CLI11 only says that a subcommand is required when it does not know the word.
void refuse_unknown_command(const CLI::App& app, const std::string& word) {
    std::vector<std::string> names;
    for (const auto* command : app.get_subcommands({})) names.push_back(command->get_name());
    if (word.starts_with("-") || std::ranges::find(names, word) != names.end()) return;
    const auto near = nearest(word, names);
    throw InputError("unknown command '" + word + "'" +
                     (near.empty() ? "" : ", did you mean '" + near + "'?") + " Known: " + join(names, ", "));
}

int parse_and_run(int argc, const char* const* argv) {
    CLI::App app{
        "Ridgepoint: how fast a chip runs the operators of large language models, and what a token costs",
        "ridge"};
    Action action;
    app.set_version_flag("--version", version);
    app.require_subcommand(1);
    app.footer(examples);
    for (const auto& command : commands()) command.add(app, action);
    if (argc > 1) refuse_unknown_command(app, argv[1]);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return usage(app, error);
    }
    return code(action());
}

}  // namespace

std::span<const Command> commands() { return all; }

int run(int argc, const char* const* argv) {
    try {
        return parse_and_run(argc, argv);
    } catch (const Error& error) {
        return fail(error.code(), error.what());
    } catch (const std::bad_alloc&) {
        return fail(ExitCode::environment, "out of memory");
    } catch (const std::exception& error) {
        return fail(ExitCode::failed, std::string("internal error: ") + error.what());
    }
}

}  // namespace ridge::cli
