// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/device.hpp"
#include "core/kernel_config.hpp"
#include "core/operator_call.hpp"

/// A program of the user's as a tunable kernel: how each configuration is compiled and run. What
/// `ridge tune --command` and `--source` make of their options, and what ridge-worker-command reads.
namespace ridge::operators {

enum class TimeFrom {
    printed,  ///< what the program prints
    wall,     ///< from its start to its end
};

[[nodiscard]] std::string_view name(TimeFrom from);
[[nodiscard]] TimeFrom parse_time_from(std::string_view text);  ///< throws InputError with the known words

/// A source that is compiled for each configuration, e.g. "g++ -O3 {defines} {source} -o {output}".
struct ProgramBuild {
    std::string source;   ///< file, from the program's folder
    std::string command;  ///< template
    std::string digest;   ///< of the source's content, by which a change of it is seen; may be empty
};

/// Commands are templates of core/command_line.hpp. {parameter} and {dimension} stand for values; besides,
/// where there is a build, {source} and {output} (the compiled file), and in the build command a word
/// {defines}: -Dname=value for every parameter, true and false as 1 and 0.
struct Program {
    std::string name;                ///< as in "program:name"
    std::vector<Dimension> problem;  ///< sizes of what is computed; may be empty
    std::string command;             ///< template of a run
    bool shell = false;              ///< commands go to /bin/sh instead of being split into words
    TimeFrom time_from = TimeFrom::printed;
    std::optional<ProgramBuild> build;
    std::string folder;            ///< absolute; where the commands run
    std::optional<Device> device;  ///< that it runs on; nothing: the host's CPU
    ParameterSpace space;

    [[nodiscard]] std::string call() const;  ///< canonical text of its operator call
    [[nodiscard]] Json json() const;
    /// Throws InputError as check() does.
    [[nodiscard]] static Program from_json(const JsonReader& json);
};

/// The description as one word that no shell changes, "hex:7b22…", for a worker on another machine.
[[nodiscard]] std::string packed(const Program& program);
/// From packed() text, or else from the JSON file of that name; throws InputError naming what is wrong.
[[nodiscard]] Program load_program(const std::string& word);

/// Throws InputError naming what is wrong: a name that is none, a placeholder without a meaning, a parameter
/// that occurs in no command, a dimension with the name of a parameter, a quote without its end.
void check(const Program& program);

/// Words to run for a configuration: {"/bin/sh", "-c", …} with a shell. `output` is the compiled file.
[[nodiscard]] std::vector<std::string> run_words(const Program& program, const KernelConfig& config,
                                                 const std::string& output);
/// The same for compiling; the program has a build.
[[nodiscard]] std::vector<std::string> build_words(const Program& program, const KernelConfig& config,
                                                   const std::string& output);

}  // namespace ridge::operators
