// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
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

/// Configurations that are measured again, taking turns until one interval lies below all others or the
/// budget of each is spent, so that no drift favours one of them and the winner's time is not the luckiest of
/// many. Each turn gives a record to be stored, a round further, with the samples of all turns so far: a race
/// that was cut off goes on from the records of its latest rounds.
class Race {
  public:
    /// The finalists as they were measured in round 0, what was measured of them in later rounds, and the
    /// whole sampling budget of each.
    Race(std::vector<db::Record> finalists, const std::vector<db::Record>& later,
         const protocol::Budget& budget);

    /// Whose turn it is, the same one until it was taken; nothing when the race is over.
    [[nodiscard]] std::optional<std::size_t> next() const;
    [[nodiscard]] const db::Record& finalist(std::size_t which) const { return runners_[which].record; }
    [[nodiscard]] const protocol::Budget& share() const { return share_; }  ///< of one turn
    /// What one turn gave: the record to be stored, its place in the campaign and its moment left open.
    [[nodiscard]] db::Record take(std::size_t which, Measurement turn);

  private:
    struct Runner {
        db::Record record;  // as of its latest round
        Measurement sum;
        std::int64_t turns = 0;
        [[nodiscard]] bool out() const { return turns > 0 && sum.status != Status::ok; }
    };
    [[nodiscard]] bool decided() const;

    std::vector<Runner> runners_;
    protocol::Budget share_;
};

}  // namespace ridge::tuner
