// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace ridge {

/// In small letters, as names are compared; bytes beyond ASCII stay as they are.
[[nodiscard]] std::string lower_case(std::string_view text);

}  // namespace ridge
