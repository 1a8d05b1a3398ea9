// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/kernel_config.hpp"

namespace ridge::tuner {

/// Values of a Python list written as a text: "[16, 32]", "(0.5, 'a')", "[2**i for i in range(3, 8)]",
/// "list(range(1, 11))". Elements are expressions of docs/tuning.md. Throws InputError with the text for
/// anything else, an empty list, and more than 100,000 values.
[[nodiscard]] std::vector<ParameterValue> parse_python_list(std::string_view text);

/// "[16, 32]", "[True, False]", "['a', 'b']". Throws InputError for a text with quotes of both kinds, or with
/// a backslash or a control character, which would need escapes.
[[nodiscard]] std::string python_list(const std::vector<ParameterValue>& values);

}  // namespace ridge::tuner
