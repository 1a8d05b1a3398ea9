// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.hpp"

namespace ridge::cli {
void add_report(CLI::App&, Action&) {}
}  // namespace ridge::cli
