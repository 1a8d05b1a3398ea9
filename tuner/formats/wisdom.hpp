// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "tuner/formats/document.hpp"
#include "tuner/formats/written.hpp"
#include "tuner/recorded_space.hpp"

/// Wisdom files of Kernel Launcher: JSON lines, a header {"version", "objective", "tunable_parameters",
/// "key"} and then {"config": [2, 1], "problem_size": [100, 100], "environment": {"device_name": …}, "time":
/// 0.5} for each of the best configurations of each device and problem size. Times are in milliseconds.
namespace ridge::tuner {

struct WisdomEntry {
    KernelConfig config;
    std::vector<std::int64_t> problem_size;
    std::string device;
    double objective = 0;  ///< as the file has it: milliseconds for a time
    std::string line;      ///< as it stands in the file, with what is not understood here
};

struct Wisdom {
    std::string key;  ///< name of the kernel
    std::string objective = "time";
    std::vector<std::string> parameters;
    std::vector<WisdomEntry> entries;
    std::size_t dropped = 0;         ///< lines that were not sound
    std::vector<std::string> notes;  ///< which and why
};

/// Lines that begin with # or // are comments. Throws InputError when the header is missing or unsound.
[[nodiscard]] Wisdom read_wisdom(const Document& document);
[[nodiscard]] bool is_wisdom(const Document& document);

/// Entries of the device and problem size that has most of them, as a recorded space, with a note of the
/// others. Throws InputError when there is no entry.
[[nodiscard]] RecordedSpace read_wisdom_space(const Document& document);

/// Kernel Launcher's own limit for each device and problem size.
inline constexpr std::size_t wisdom_results = 5;

/// The best `wisdom_results` of a space together with those that `older` wisdom has of the same device and
/// problem size; the lines of all others stay as they are. Throws InputError when the space names no device
/// or no problem size, has no valid configuration, or `older` is of another kernel, objective or parameters.
[[nodiscard]] Written write_wisdom(const RecordedSpace& space, const std::optional<Wisdom>& older = {});

/// "<kernel, other characters than 0-9A-Za-z_.- as _>.wisdom"
[[nodiscard]] std::string wisdom_file_name(const std::string& kernel);

}  // namespace ridge::tuner
