// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace ridge::profiler {

/// How a program that was run ended.
struct ChildEnd {
    enum class How {
        exited,       ///< by itself, with `code`
        signalled,    ///< by the signal `code`
        timeout,      ///< killed at the deadline
        unread,       ///< killed since nobody waits for the answer any more
        not_started,  ///< `error` says why
    };
    How how = How::not_started;
    int code = 0;
    std::string error;
    std::string out, err;  ///< the last MiB of each
    double wall_s = 0;     ///< from just before its start until it had ended and closed its output
};

/// Runs a program without a shell, its stdin empty, in a process group that does not outlive this process,
/// however that ends; whatever the program leaves running is killed with it. `listener` is a descriptor whose
/// reader going away ends the run, or -1.
[[nodiscard]] ChildEnd run_child(const std::vector<std::string>& words,
                                 std::chrono::steady_clock::time_point deadline, int listener);

/// The last lines of a text that are not blank, as one: "a | b".
[[nodiscard]] std::string last_lines(const std::string& text, std::size_t count);

/// In one line and printable: what a program printed may be anything, a message and the store want text.
[[nodiscard]] std::string plain(std::string text);

}  // namespace ridge::profiler
