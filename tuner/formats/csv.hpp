// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tuner/formats/document.hpp"
#include "tuner/formats/written.hpp"
#include "tuner/recorded_space.hpp"

namespace ridge::tuner {

/// Reads a table with one line for each configuration: columns of the parameters, then `status` (ok, or the
/// name of an error), the objective (`time_ms`, or "name [unit]"), and more: `compile_ms`, `benchmark_ms`,
/// `framework_ms`, `strategy_ms`, `verification_ms` are costs, other numbers quantities, with the unit s for
/// those whose name ends with _ms. Throws InputError when the header or every line is unsound.
[[nodiscard]] RecordedSpace read_csv_space(const Document& document);

/// Writes such a table. Throws InputError for a parameter named `status`.
[[nodiscard]] Written write_csv_space(const RecordedSpace& space);

}  // namespace ridge::tuner
