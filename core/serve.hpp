// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <istream>
#include <optional>
#include <string>

#include "core/bench_protocol.hpp"

namespace ridge::protocol {

/// Longest request that is read, in bytes; a longer line is skipped and answered with an error.
inline constexpr std::size_t longest_request = 1024 * 1024;

/// Takes one line without its newline; false when nobody reads any more.
using WriteLine = std::function<bool(const std::string&)>;

/// Writes to a file descriptor, whole lines, also where a signal comes between.
[[nodiscard]] WriteLine line_writer(int file);

/// The answer to one line; nothing for `quit`.
using AnswerLine = std::function<std::optional<Json>(const std::string&)>;

/// Greets, then answers line after line until `quit`, the end of the input, or nobody reads the answers.
/// Blank lines are passed over.
void serve(std::istream& requests, const WriteLine& write, const AnswerLine& answer,
           const protocol::Greeting& greeting);

}  // namespace ridge::protocol
