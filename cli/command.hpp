// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <span>

#include "core/error.hpp"

namespace ridge::cli {

/// What the chosen command does once the line is parsed; set by the command's own callback.
using Action = std::function<ExitCode()>;

/// A command adds itself to the application and sets `action` when it is the one chosen.
struct Command {
    void (*add)(CLI::App& app, Action& action);
};

/// Every command, in the order of the help text.
[[nodiscard]] std::span<const Command> commands();

/// Parses, runs and turns every exception into one sentence on stderr and an exit code.
[[nodiscard]] int run(int argc, const char* const* argv);

}  // namespace ridge::cli
