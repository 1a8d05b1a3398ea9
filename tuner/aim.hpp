// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "db/objectives.hpp"
#include "tuner/searcher.hpp"

/// What searches minimise: an objective alone, or several at once by their geometric mean, which no unit
/// changes.
namespace ridge::tuner {

using Aim = std::vector<db::Objective>;

/// Each objective alone, then all together where there are several: a search that follows these by turns
/// finds the ends of a Pareto front and its middle.
[[nodiscard]] std::vector<Aim> aims_of(std::span<const db::Objective> objectives);

/// What becomes of a record for a search with this aim. A workspace counts as one byte at least, since the
/// logarithm of none would outweigh everything.
[[nodiscard]] Outcome outcome_of(const db::Record& record, const Aim& aim);

}  // namespace ridge::tuner
