// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <string>

#include "core/text.hpp"
#include "core/units.hpp"

/// How the registry's metrics are written for people.
namespace ridge::reports::parts {

inline std::string seconds(double value) { return quantity(value, "s"); }
inline std::string flop_rate(double value) { return quantity(value, "FLOP/s"); }
inline std::string byte_rate(double value) { return quantity(value, "B/s"); }
inline std::string bytes(double value) { return quantity(value, "B"); }
inline std::string flop(double value) { return quantity(value, "FLOP"); }
inline std::string joules(double value) { return quantity(value, "J"); }
inline std::string watts(double value) { return quantity(value, "W"); }
inline std::string hertz(double value) { return quantity(value, "Hz"); }
inline std::string rate(double value) { return quantity(value, "/s"); }
inline std::string tokens_rate(double value) { return significant(value) + " tok/s"; }
inline std::string intensity(double value) { return significant(value) + " FLOP/B"; }
inline std::string share(double value) { return percent(value); }
inline std::string times(double value) { return significant(value) + "×"; }
inline std::string count(double value) { return number_text(std::round(value)); }
inline std::string binary_bytes(double value) { return capacity(value); }
inline std::string plain(double value) { return significant(value); }

inline std::string money(double value) {
    const double magnitude = std::abs(value);
    return "$" + (magnitude >= 0.995 && magnitude < 1000 ? significant(value, magnitude >= 100  ? 5
                                                                              : magnitude >= 10 ? 4
                                                                                                : 3)
                                                         : significant(value, 3));
}
// Of a currency that another column names.
inline std::string amount(double value) { return money(value).substr(1); }
inline std::string money_per_hour(double value) { return money(value) + "/h"; }
inline std::string money_per_kwh(double value) { return money(value) + "/kWh"; }

inline constexpr std::string (*text)(double) = nullptr;

}  // namespace ridge::reports::parts
