// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "core/bench_protocol.hpp"
#include "db/store.hpp"

/// Racing: who cannot win is not measured to the end, and those who may are measured again side by side.
namespace ridge::tuner {

/// What a configuration with these samples sets for the others to beat; at least one sample.
[[nodiscard]] protocol::Rival rival_of(std::span<const double> samples_s);

/// The records that may be the best: of the ok ones that were not beaten, the lowest median and those whose
/// 95 % interval overlaps its own, the lowest medians first, at most `most`. Empty for fewer than two.
[[nodiscard]] std::vector<db::Record> finalists(std::vector<db::Record> records, std::size_t most);

/// Measures a configuration within a part of the whole budget.
using MeasureShare = std::function<Measurement(const db::Record& record, const protocol::Budget& share)>;

/// Measures the records' configurations again, in turns until one interval lies below all others or the
/// budget of each is spent, so that no drift favours one of them and the winner's time is not the luckiest of
/// many. Returns them with what was measured, one round further.
[[nodiscard]] std::vector<db::Record> race(std::vector<db::Record> records, const protocol::Budget& budget,
                                           const MeasureShare& measure);

}  // namespace ridge::tuner
