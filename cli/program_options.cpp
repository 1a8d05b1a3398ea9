// SPDX-License-Identifier: Apache-2.0
#include "cli/program_options.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <iostream>
#include <system_error>

#include "cli/options.hpp"
#include "core/command_line.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "operators/program/program_call.hpp"
#include "tuner/campaign.hpp"
#include "tuner/formats/space_file.hpp"
#include "tuner/random.hpp"
#include "tuner/search_space.hpp"

namespace ridge::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t longest_name = 40;

// Of a file: its name without the ending, of what a program's name may consist of.
std::string name_from(const std::string& file) {
    std::string out;
    for (const char c : fs::path(file).stem().string()) {
        const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0;
        if (plain || (!out.empty() && (c == '.' || c == '_' || c == '-'))) out += c;
    }
    return out.empty() ? "program" : out.substr(0, longest_name);
}

// "python3 -S my_kernel.py --bm {bm}" is about my_kernel: the last file before the first value, else the
// program.
std::string named_file(const std::string& command, bool shell) {
    std::vector<std::string> list;
    if (shell)
        for (const auto word : words(command)) list.emplace_back(word);
    else
        list = split_command(command, "--command");
    auto file = list.empty() ? std::string() : list.front();
    std::error_code error;
    for (const auto& word : list) {
        if (word.find('{') != std::string::npos) break;
        if (fs::is_regular_file(word, error)) file = word;
    }
    return file;
}

std::vector<Dimension> problem_from(const std::string& text) {
    std::vector<Dimension> problem;
    for (const auto word : words(text)) {
        const auto equals = word.find('=');
        if (equals == std::string_view::npos || equals == 0)
            throw InputError("--problem '" + text + "': '" + std::string(word) +
                             "' should be a size such as n=512");
        const auto name = std::string(word.substr(0, equals));
        problem.push_back({name, parse_integer(word.substr(equals + 1), "--problem: " + name)});
    }
    return problem;
}

Device named_device(const std::string& name) {
    Device device;
    device.name = name;
    device.id = slug(name);
    device.vendor = "unknown";
    device.kind = "accelerator";
    device.sources = {"named by the user"};
    return device;
}

std::string digest_of(const fs::path& file) { return std::to_string(tuner::hash_text(read_file(file))); }

std::string worker_program() { return (program_folder() / "ridge-worker-command").string(); }

}  // namespace

void ProgramOptions::add(CLI::App& app) {
    auto* one =
        app.add_option("--command", command,
                       "tune a program of your own: its command line with {parameter} in place of values");
    app.add_option("--source", source,
                   "tune a source of your own, compiled for each configuration; with --build and --run")
        ->excludes(one);
    app.add_option("--build", build, "with --source: e.g. 'g++ -O3 {defines} {source} -o {output}'");
    app.add_option("--run", run, "with --source: how the compiled file is run (default: {output})");
    app.add_option("--space", space, "with --command and --source: file of the search space");
    app.add_option("--name", name, "of the program (default: the file's)");
    app.add_option("--problem", problem, "sizes of what the program computes, e.g. 'm=512 n=512'");
    app.add_option("--time-from", time_from,
                   "printed: what the program prints; wall: from its start to its end (default: printed)");
    app.add_flag("--shell", shell, "give the program's command lines to /bin/sh");
    app.add_option("--device-name", device, "what the program runs on, if not the CPU of this machine");
}

operators::Program ProgramOptions::program() const {
    if (space.empty())
        throw InputError(std::string(command.empty() ? "--source" : "--command") +
                         " needs --space, the file of the search space");
    if (!source.empty() && build.empty())
        throw InputError("--source needs --build, such as 'g++ -O3 {defines} {source} -o {output}'");
    if (source.empty() && !build.empty()) throw InputError("--build needs --source, the file to compile");
    std::error_code error;
    if (!source.empty() && !fs::is_regular_file(source, error))
        throw InputError("--source " + source + ": there is no such file");
    auto file = tuner::read_space_file(space);
    for (const auto& note : file.notes) std::cerr << "ridge: " << space << ": " << note << '\n';
    // The worker would say the same of a constraint that cannot be evaluated, but not in which file.
    static_cast<void>(tuner::SearchSpace(file.space, space));
    operators::Program program{.name = name,
                               .problem = problem_from(problem),
                               .command = source.empty() ? command : run,
                               .shell = shell,
                               .time_from = operators::parse_time_from(time_from),
                               .build = {},
                               .folder = fs::current_path().string(),
                               .device = {},
                               .space = std::move(file.space)};
    if (!source.empty())
        program.build = operators::ProgramBuild{fs::absolute(source).string(), build, digest_of(source)};
    if (name.empty()) program.name = name_from(source.empty() ? named_file(command, shell) : source);
    if (!device.empty()) program.device = named_device(device);
    operators::check(program);
    return program;
}

tuner::Suite suite_of(const operators::Program& program) {
    return {.name = "program-" + program.name,
            .version = 1,
            .description = program.command,
            .calls = {{.call = program.call(), .cache = CacheState::warm, .weight = 1}},
            .path = {}};
}

std::optional<operators::Program> program_of(const db::Store& store, const std::string& uuid) {
    for (const auto& campaign : store.campaigns()) {
        if (!campaign.uuid.starts_with(uuid)) continue;
        const auto options =
            tuner::CampaignOptions::from_json(JsonReader(campaign.options, "campaign " + campaign.uuid));
        if (!operators::is_program(options.suite.calls.front().call)) return std::nullopt;
        const auto records = store.measurements({.campaign = campaign.uuid});
        if (records.empty())
            throw InputError("campaign " + campaign.uuid +
                             " measured nothing yet, so its program is not known; begin it anew with "
                             "--command or --source");
        const auto environment = store.environment(records.front().environment);
        const JsonReader reader(environment, "environment of campaign " + campaign.uuid);
        return operators::Program::from_json(reader.at("program"));
    }
    return std::nullopt;
}

std::vector<std::string> remote_command(const operators::Program& program) {
    // Linux takes words of up to 128 KiB (MAX_ARG_STRLEN).
    constexpr std::size_t longest_word = 128 * 1024 - 1;
    auto word = operators::packed(program);
    if (word.size() > longest_word)
        throw InputError(
            "--launcher: the description of the program is longer than 64 KiB, should be shorter; "
            "a search space with fewer values makes it so");
    return {worker_program(), std::move(word)};
}

// What a changed source gives would be mixed with what the former one gave.
void refuse_changed_source(const operators::Program& program, const std::string& campaign) {
    if (program.build && digest_of(program.build->source) != program.build->digest)
        throw InputError("campaign " + campaign + " cannot be resumed: " + program.build->source +
                         " has changed since; begin a new campaign");
}

ProgramWorkerFile::ProgramWorkerFile(const operators::Program& program)
    : file_(memfd_create("ridge-program", MFD_CLOEXEC)) {
    const auto text = program.json().dump() + "\n";
    if (file_ < 0 || ::write(file_, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
        throw EnvironmentError("cannot hold the description of the program in memory: " +
                               std::generic_category().message(errno));
}

ProgramWorkerFile::~ProgramWorkerFile() { ::close(file_); }

std::vector<std::string> ProgramWorkerFile::command() const {
    return {worker_program(), "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(file_)};
}

}  // namespace ridge::cli
