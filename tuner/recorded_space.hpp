// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/kernel_config.hpp"
#include "core/measurement.hpp"

/// A search space whose configurations were measured before, by this program or another one: what a searcher
/// can be tried on without the hardware, and what other programs exchange.
namespace ridge::tuner {

/// What else was measured of a configuration, e.g. {"energy", "J", 12.5}.
struct RecordedQuantity {
    std::string name;
    std::string unit;
    double value = 0;
};

struct RecordedConfig {
    KernelConfig config;
    Status status =
        Status::failed;  ///< invalid: refused by a constraint; failed: compile, run time, time-out
    std::string reason;  ///< "compile", "runtime", "timeout", "constraints", "correctness"; empty for ok
    std::optional<double> objective;     ///< of an ok one; the smaller the better
    std::vector<double> samples_s;       ///< single runs, where the file has them
    std::vector<RecordedQuantity> more;  ///< other quantities
    double compile_s = 0, benchmark_s = 0, verification_s = 0, search_s = 0, framework_s = 0;

    /// What it cost to try it; trying it once more costs nothing.
    [[nodiscard]] double cost_s() const {
        return compile_s + benchmark_s + verification_s + search_s + framework_s;
    }
};

struct RecordedSpace {
    std::string kernel, device, problem;  ///< as the file names them; empty when it does not
    std::string objective = "time", unit = "s";
    /// Parameters in the order of the file with the values that occur, ascending where they are numbers; the
    /// constraints of a file that has them.
    ParameterSpace parameters;
    std::vector<RecordedConfig> configs;  ///< each configuration once, in the order of the file
    std::size_t dropped = 0;              ///< entries that were not sound
    std::vector<std::string> notes;       ///< what was dropped or mended, and where

    [[nodiscard]] std::size_t valid() const;  ///< with status ok
    /// Index of the least objective; nothing when none is ok.
    [[nodiscard]] std::optional<std::size_t> optimum() const;
};

}  // namespace ridge::tuner
