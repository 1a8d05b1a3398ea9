// SPDX-License-Identifier: Apache-2.0
#include "operators/program/program.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include "core/command_line.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "operators/program/program_call.hpp"

namespace ridge::operators {
namespace {

using Values = std::map<std::string, std::string>;

constexpr std::string_view defines_placeholder = "{defines}";
constexpr std::string_view packed_prefix = "hex:";
constexpr const char* run_title = "command";
constexpr const char* build_title = "build command";

// A parameter's text: what a define or an option of the command line takes.
std::string define_value(const ParameterValue& value) {
    const auto* flag = std::get_if<bool>(&value);
    return flag ? (*flag ? "1" : "0") : text(value);
}

std::vector<std::string> defines(const Program& program, const KernelConfig& config) {
    std::vector<std::string> words;
    for (const auto& parameter : program.space.parameters)
        words.push_back("-D" + parameter.name + "=" + define_value(config.values().at(parameter.name)));
    return words;
}

Values values_of(const Program& program, const KernelConfig& config, const std::string& output) {
    Values values;
    for (const auto& [name, value] : config.values()) values[name] = text(value);
    for (const auto& [name, value] : program.problem) values[name] = std::to_string(value);
    if (!program.build) return values;
    values["source"] = program.build->source;
    values["output"] = output;
    return values;
}

std::vector<std::string> shell_words(const std::string& command, Values values,
                                     const std::vector<std::string>& defined, const char* title) {
    for (auto& [name, value] : values) value = shell_word(value);
    std::vector<std::string> quoted;
    for (const auto& word : defined) quoted.push_back(shell_word(word));
    if (!defined.empty()) values["defines"] = join(quoted, " ");
    return {"/bin/sh", "-c", fill_placeholders(command, values, title)};
}

// Split first: a value with blanks stays one word.
std::vector<std::string> filled(const Program& program, const std::string& command, const Values& values,
                                const std::vector<std::string>& defined, const char* title) {
    if (program.shell) return shell_words(command, values, defined, title);
    std::vector<std::string> out;
    for (const auto& word : split_command(command, title))
        if (word == defines_placeholder)
            out.insert(out.end(), defined.begin(), defined.end());
        else
            out.push_back(fill_placeholders(word, values, title));
    return out;
}

std::vector<std::string> names_known(const Program& program, bool building) {
    std::vector<std::string> names;
    for (const auto& parameter : program.space.parameters) names.push_back(parameter.name);
    for (const auto& dimension : program.problem) names.push_back(dimension.name);
    if (program.build) names.insert(names.end(), {"source", "output"});
    if (building) names.emplace_back("defines");
    return names;
}

void refuse_unknown(const Program& program, const std::string& command, bool building) {
    const auto* title = building ? build_title : run_title;
    const auto known = names_known(program, building);
    for (const auto& name : placeholders(command, title)) {
        if (std::ranges::find(known, name) != known.end()) continue;
        const auto near = nearest(name, known);
        throw InputError(std::string(title) + " '" + command + "': placeholder {" + name + "} is unknown" +
                         (near.empty() ? "" : ", did you mean {" + near + "}?") + "; it should be one of " +
                         join(known, ", "));
    }
    if (!program.shell) static_cast<void>(split_command(command, title));
}

void refuse_names_twice(const Program& program) {
    std::set<std::string> seen;
    for (const auto& parameter : program.space.parameters) seen.insert(parameter.name);
    if (program.build)
        for (const auto* name : {"source", "output", "defines"})
            if (!seen.insert(name).second)
                throw InputError(std::string("parameter '") + name +
                                 "' has the name of a placeholder of its own, should have another");
    for (const auto& dimension : program.problem)
        if (!seen.insert(dimension.name).second)
            throw InputError(
                "dimension '" + dimension.name +
                "' of the problem has the name of a parameter or placeholder, should have another");
}

bool has_placeholder(const std::string& command, const std::string& name, const char* title) {
    const auto names = placeholders(command, title);
    return std::ranges::find(names, name) != names.end();
}

void check_build(const Program& program) {
    const auto& build = *program.build;
    refuse_unknown(program, build.command, true);
    for (const auto* name : {"source", "output"})
        if (!has_placeholder(build.command, name, build_title))
            throw InputError(std::string(build_title) + " '" + build.command +
                             "' should have the placeholder {" + name +
                             "}, such as in 'g++ -O3 {defines} {source} -o {output}'");
    if (program.shell) return;
    for (const auto& word : split_command(build.command, build_title))
        if (word != defines_placeholder && has_placeholder(word, "defines", build_title))
            throw InputError(std::string(build_title) + " '" + build.command +
                             "': {defines} should be a word of its own, not part of '" + word + "'");
}

void refuse_unused_parameters(const Program& program) {
    const bool all_defined = program.build && has_placeholder(program.build->command, "defines", build_title);
    for (const auto& parameter : program.space.parameters) {
        const auto& name = parameter.name;
        const bool used = all_defined || has_placeholder(program.command, name, run_title) ||
                          (program.build && has_placeholder(program.build->command, name, build_title));
        if (!used)
            throw InputError("parameter '" + name +
                             "' occurs in no command, so its value would change nothing; '" +
                             program.command + "' should have {" + name + "}");
    }
}

Json problem_json(const std::vector<Dimension>& problem) {
    Json out = Json::object();
    for (const auto& [name, value] : problem) out[name] = value;
    return out;
}

std::string unpacked(std::string_view digits) {
    std::string out;
    for (std::size_t at = 0; at < digits.size(); at += 2) {
        unsigned byte = 0;
        const auto two = digits.substr(at, 2);
        const auto [end, error] = std::from_chars(two.data(), two.data() + two.size(), byte, 16);
        if (two.size() != 2 || error != std::errc{} || end != two.data() + two.size())
            throw InputError("description of the program: '" + std::string(two) +
                             "' should be two hexadecimal digits");
        out += static_cast<char>(byte);
    }
    return out;
}

TimeFrom time_from(const JsonReader& json) {
    const auto found = json.find("time_from");
    return found ? found->parsed(parse_time_from) : TimeFrom::printed;
}

}  // namespace

std::string_view name(TimeFrom from) { return from == TimeFrom::wall ? "wall" : "printed"; }

TimeFrom parse_time_from(std::string_view text) {
    for (const auto from : {TimeFrom::printed, TimeFrom::wall})
        if (text == name(from)) return from;
    throw InputError("time is taken from '" + std::string(text) + "', should be printed or wall");
}

std::string Program::call() const {
    OperatorCall out;
    out.op = std::string(program_prefix) + name;
    out.dimensions = problem;
    return canonical(out).text();
}

Json Program::json() const {
    Json out = {{"name", name},   {"problem", problem_json(problem)},        {"command", command},
                {"shell", shell}, {"time_from", operators::name(time_from)}, {"folder", folder}};
    if (build)
        out["build"] = {{"source", build->source}, {"command", build->command}, {"digest", build->digest}};
    if (device) out["device"] = device->json();
    out["space"] = space.json();
    return out;
}

Program Program::from_json(const JsonReader& json) {
    Program program;
    program.name = json.at("name").text();
    if (const auto problem = json.find("problem"))
        for (const auto& [name, value] : problem->members())
            program.problem.push_back({name, value.integer()});
    program.command = json.at("command").text();
    program.shell = json.has("shell") && json.at("shell").boolean();
    program.time_from = operators::time_from(json);
    program.folder = json.text_or("folder", "");
    if (const auto build = json.find("build"))
        program.build = ProgramBuild{build->at("source").text(), build->at("command").text(),
                                     build->text_or("digest", "")};
    if (const auto device = json.find("device")) program.device = Device::from_json(*device);
    program.space = ParameterSpace::from_json(json.at("space"));
    check(program);
    return program;
}

std::string packed(const Program& program) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out(packed_prefix);
    for (const char c : program.json().dump()) {
        const auto byte = static_cast<unsigned char>(c);
        out += digits[byte >> 4U];
        out += digits[byte & 15U];
    }
    return out;
}

Program load_program(const std::string& word) {
    const bool is_packed = word.starts_with(packed_prefix);
    const auto where = is_packed ? std::string("description of the program") : word;
    const Json json =
        is_packed ? parse_json(unpacked(word.substr(packed_prefix.size())), where) : read_json_file(word);
    return Program::from_json(JsonReader(json, where));
}

void check(const Program& program) {
    static_cast<void>(program.call());
    refuse_names_twice(program);
    refuse_unknown(program, program.command, false);
    if (program.build) check_build(program);
    refuse_unused_parameters(program);
}

std::vector<std::string> run_words(const Program& program, const KernelConfig& config,
                                   const std::string& output) {
    return filled(program, program.command, values_of(program, config, output), {}, run_title);
}

std::vector<std::string> build_words(const Program& program, const KernelConfig& config,
                                     const std::string& output) {
    return filled(program, program.build->command, values_of(program, config, output),
                  defines(program, config), build_title);
}

}  // namespace ridge::operators
