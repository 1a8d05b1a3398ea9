// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>

namespace ridge {

/// What a command ends with; documented in docs/commands.md.
enum class ExitCode {
    done = 0,
    failed = 1,
    bad_input = 2,           ///< bad usage, a file, key or value that is wrong
    threshold_exceeded = 3,  ///< a comparison or validation found more than it was allowed to
    incomplete = 4,          ///< finished, with something missing that is named
    environment = 5,         ///< this machine or its state refuses: noise, permissions, a missing program
    interrupted = 130,       ///< Ctrl-C; what was done is kept
};

/// The program's exception. The message names the file, key and value that are wrong and what would be right;
/// the boundary in cli/ prints it as one sentence and ends with the exit code.
class Error : public std::runtime_error {
  public:
    Error(ExitCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
    [[nodiscard]] ExitCode code() const noexcept { return code_; }

  private:
    ExitCode code_;
};

/// Bad usage or bad input: exit code 2.
class InputError : public Error {
  public:
    explicit InputError(const std::string& message) : Error(ExitCode::bad_input, message) {}
};

/// This machine or its state refuses: exit code 5.
class EnvironmentError : public Error {
  public:
    explicit EnvironmentError(const std::string& message) : Error(ExitCode::environment, message) {}
};

}  // namespace ridge
