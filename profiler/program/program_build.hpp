// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <map>
#include <string>

#include "core/measurement.hpp"
#include "operators/program/program.hpp"
#include "profiler/program/temporary_folder.hpp"

namespace ridge::profiler {

/// What became of compiling a configuration.
struct Built {
    Status status = Status::ok;  ///< invalid where the source itself refuses: #error or a static assertion
    std::string reason;          ///< the compiler's first error; empty for ok
    std::string output;          ///< the compiled file
};

/// Compiles the configurations of a program, each build command once: what it gave is kept until the end of
/// this process, unless it ran out of time.
class ProgramBuilder {
  public:
    explicit ProgramBuilder(const operators::Program& program) : program_(program) {}

    [[nodiscard]] Built build(const KernelConfig& config, std::chrono::steady_clock::time_point deadline,
                              int listener);

  private:
    const operators::Program& program_;
    TemporaryFolder folder_;
    std::map<std::string, Built> built_;  // by the command with the output left out
};

/// The first line that speaks of an error, else the first one.
[[nodiscard]] std::string first_error(const std::string& log);

}  // namespace ridge::profiler
