// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/command.hpp"

namespace ridge::cli {

void add_breakeven(CLI::App& app, Action& action);

}  // namespace ridge::cli
