// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace ridge {

/// Three significant digits with a decimal SI prefix: quantity(3.35e12, "B/s") is "3.35 TB/s"; 0 has no
/// prefix. For people only; files and JSON carry SI base units unrounded.
[[nodiscard]] std::string quantity(double value, std::string_view unit);

/// Binary prefixes, for memory capacity: "80 GiB".
[[nodiscard]] std::string capacity(double bytes);

[[nodiscard]] std::string percent(double share, int decimals = 1);

/// Fixed number of significant digits without exponent where it is readable: "0.0123", "1234".
[[nodiscard]] std::string significant(double value, int digits = 3);

}  // namespace ridge
