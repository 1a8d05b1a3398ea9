// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "cli/command.hpp"
#include "cli/options.hpp"

namespace ridge::cli {

/// Options of `ridge validate --end-to-end`.
struct EndToEndOptions {
    bool chosen = false;
    std::string file;
    bool all_rows = false;  ///< training rows too
    bool rows = false;      ///< every row by itself
    std::string leave_out;  ///< "source", "device", "framework": what the fit does not see; empty: test rows
    std::string kernels = "engine";  ///< as of DeviceOptions
    std::string fit;                 ///< file that a new fit is written to
    void add(CLI::App& command);
};

/// Compares predictions with published end-to-end measurements and prints errors by regime, metric, device
/// and source, what was left out and why, and the order of devices by cost.
[[nodiscard]] ExitCode validate_end_to_end(const EndToEndOptions& options, const FormatOption& format);

}  // namespace ridge::cli
