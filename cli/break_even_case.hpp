// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/money_options.hpp"
#include "cost_model/device_model.hpp"
#include "reports/money_tables.hpp"

namespace ridge::cli {

/// A device of the command line: the word it was asked for with, and what is known of it.
struct NamedDevice {
    const std::string& word;
    const cost_model::DeviceModel& model;
};

/// Buying `bought` against renting `rented`, which does `speed_ratio` times its work in an hour, at the
/// prices that `money` and the catalogue give. `asked`: the words of all devices of the command, which prices
/// may name. Throws InputError where one has no price, naming the option that gives one.
[[nodiscard]] reports::BreakEvenCase break_even_case(const NamedDevice& bought, const NamedDevice& rented,
                                                     const std::vector<std::string>& asked,
                                                     MoneyOptions money, double speed_ratio = 1);

}  // namespace ridge::cli
