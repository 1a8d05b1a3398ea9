// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace ridge::cli {

/// "8", "1,2,4", "1..256*2" (by a factor) or "512..4096+512" (by a step), also mixed: "1,8..64*2". Ends are
/// part of a range where it meets them. Throws InputError beginning with `what`, also for more than 10^6
/// numbers.
[[nodiscard]] std::vector<std::int64_t> parse_number_list(std::string_view text, std::string_view what);

}  // namespace ridge::cli
