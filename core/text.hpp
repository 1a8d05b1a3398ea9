// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ridge {

/// Parts between separators, empty ones included; always at least one.
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);

/// Words between runs of blanks; none for a blank text.
[[nodiscard]] std::vector<std::string_view> words(std::string_view text);

[[nodiscard]] std::string join(const std::vector<std::string>& parts, std::string_view separator);

/// Whole text as a number, independent of the locale; throws InputError beginning with `what`.
[[nodiscard]] std::int64_t parse_integer(std::string_view text, std::string_view what);
[[nodiscard]] double parse_number(std::string_view text, std::string_view what);

/// Shortest text that reads back to the same double ("0.125"), independent of the locale.
[[nodiscard]] std::string number_text(double value);

/// A field of a CSV line (RFC 4180): in quotes where it holds a comma, a quote or a line's end.
[[nodiscard]] std::string csv_field(std::string_view text);

/// The candidate nearest to `word` by edit distance, for "did you mean"; empty when none is near.
[[nodiscard]] std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace ridge
