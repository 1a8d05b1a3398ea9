// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "tuner/recorded_space.hpp"
#include "tuner/search_space.hpp"
#include "tuner/searcher.hpp"

/// Searches without hardware: a recorded space answers, and its recorded costs stand for the time.
namespace ridge::tuner {

/// What ends a simulated search, whichever comes first.
struct SimulationBudget {
    std::size_t evaluations = std::numeric_limits<std::size_t>::max();
    double time_s = std::numeric_limits<double>::infinity();  ///< of recorded costs
};

struct SimulatedTrial {
    std::size_t index = 0;  ///< in Replay::space()
    double elapsed_s = 0;   ///< recorded costs up to its end
    std::optional<double> value;
    std::optional<double> best;  ///< so far
};

/// A recorded space made ready to answer searchers.
class Replay {
  public:
    /// Throws InputError when no configuration is ok or the parameters make no sense.
    explicit Replay(const RecordedSpace& recorded);

    [[nodiscard]] const SearchSpace& space() const { return space_; }
    [[nodiscard]] const Outcome& outcome(std::size_t index) const { return outcomes_[index]; }
    [[nodiscard]] double cost_s(std::size_t index) const { return costs_s_[index]; }
    /// Values of the ok configurations, the worst first.
    [[nodiscard]] const std::vector<double>& values() const { return values_; }

    /// One search. It begins with a configuration drawn from the seed, since a recorded space has no default.
    /// The last trial may end beyond the time budget.
    [[nodiscard]] std::vector<SimulatedTrial> run(Searcher& searcher, std::uint64_t seed,
                                                  const SimulationBudget& budget,
                                                  const Prior& prior = {}) const;

  private:
    SearchSpace space_;
    std::vector<Outcome> outcomes_;
    std::vector<double> costs_s_;
    std::vector<double> values_;
};

/// What `other` says of the configurations of `space`, by the values of the parameters that both have: its
/// value where it is ok, nothing where it is not or the configuration is not there.
[[nodiscard]] Prior prior_from(const RecordedSpace& other, const SearchSpace& space);
/// The same of several together (joint_prior.hpp); `others` is not empty.
[[nodiscard]] Prior prior_from(std::span<const RecordedSpace> others, const SearchSpace& space);

}  // namespace ridge::tuner
