// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "db/store.hpp"

/// What a configuration can be good at, and the configurations that no other one beats in everything.
namespace ridge::db {

enum class Objective {
    time,       ///< median, seconds
    energy,     ///< joules of one call
    workspace,  ///< bytes beyond operands and output
};

[[nodiscard]] std::string_view name(Objective objective);
/// "time,energy"; throws InputError naming the known words, for an empty list, or for one that stands twice.
[[nodiscard]] std::vector<Objective> parse_objectives(std::string_view text);
[[nodiscard]] std::string text(std::span<const Objective> objectives);  ///< "time,energy"

/// Of an ok record, the smaller the better; nothing where it was not measured.
[[nodiscard]] std::optional<double> value(const Record& record, Objective objective);

/// The latest records of one call that none of its others beats: in no objective worse and in one better.
struct ParetoFront {
    std::vector<Record> members;  ///< least in the first objective first; of equals the first one
    std::size_t left_out = 0;     ///< latest records in which an objective was not measured
};

/// One front for each device, call and cache state, in the order in which they occur, starting from
/// latest_records(). Medians are compared, whatever their intervals.
[[nodiscard]] std::vector<ParetoFront> pareto_fronts(const std::vector<Record>& records,
                                                     std::span<const Objective> objectives);

}  // namespace ridge::db
