// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/measurement.hpp"

namespace ridge::profiler {

/// What the output of a program says of the configuration that it ran.
struct Printed {
    Status status = Status::failed;
    std::string reason;              ///< unless it is ok
    std::vector<double> samples_s;   ///< of an ok one; more than one where the program says so
    std::optional<double> error;     ///< of its result over the bound, where it says so
    std::optional<double> energy_j;  ///< of one run
    std::int64_t workspace_bytes = 0;
};

/// Of a configuration that has no time.
[[nodiscard]] Printed not_ok(Status status, std::string reason);

/// Reads stdout. A line "invalid: reason" or "wrong: reason" decides, wherever it stands; else the last line
/// of one of these forms gives the time:
///     1.25 ms                 a number, in seconds without a unit; ns, us, ms or s
///     time: 1.25 ms           the same behind "time:" or "time ="
///     {"time_s": 0.00125}     or "samples_s": [...], with error_over_bound, energy_j, workspace_bytes
[[nodiscard]] Printed read_printed(const std::string& out);

/// The same without a time to be found: ok, unless a line says otherwise.
[[nodiscard]] Printed read_verdict(const std::string& out);

/// "1.25 ms" in seconds; nothing for text of another form.
[[nodiscard]] std::optional<double> parse_time(std::string_view text);

}  // namespace ridge::profiler
