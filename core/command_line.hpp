// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

/// Command lines with placeholders: "python my_kernel.py --bm {bm}".
namespace ridge {

/// Words of a command line that no shell will see. Blanks part words; single quotes keep what they enclose;
/// double quotes do so except for \" and \\; a backslash elsewhere keeps the next character. Throws
/// InputError beginning with `what` for an empty text, a quote without its end, and for a word that only a
/// shell understands (|, >, <, &, ;, && …) and is not in quotes.
[[nodiscard]] std::vector<std::string> split_command(std::string_view text, std::string_view what);

/// Names in braces, {name}, in the order of the text, each once; {{ and }} stand for braces themselves.
/// Throws InputError beginning with `what` for a brace that belongs to neither.
[[nodiscard]] std::vector<std::string> placeholders(std::string_view text, std::string_view what);

/// The text with the values in the places of their names; throws InputError for a name without a value.
[[nodiscard]] std::string fill_placeholders(std::string_view text,
                                            const std::map<std::string, std::string>& values,
                                            std::string_view what);

/// A word as a POSIX shell reads it back: in single quotes unless it is plain.
[[nodiscard]] std::string shell_word(std::string_view word);

}  // namespace ridge
