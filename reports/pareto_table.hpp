// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "db/objectives.hpp"
#include "reports/table.hpp"

namespace ridge::reports {

/// The configurations of each call that no other one beats in all of the objectives, those of one call below
/// each other; with a single objective the best one of each call. All numbers in it are measured. `records`
/// are of every status.
[[nodiscard]] Table pareto_table(const std::vector<db::Record>& records,
                                 std::span<const db::Objective> objectives);

/// Time, and of energy and workspace those in which the records differ.
[[nodiscard]] std::vector<db::Objective> measured_objectives(const std::vector<db::Record>& records);

}  // namespace ridge::reports
