// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "tuner/sequential_search.hpp"

namespace ridge::tuner {

/// Searches that go downhill: to a better neighbour as long as there is one.
class LocalSearch : public SequentialSearch {
  protected:
    /// Goes from a configuration to a local minimum, which takes its place; the first better neighbour met in
    /// a random order is taken.
    Task descend(std::size_t& here);

  private:
    [[nodiscard]] std::size_t draw_neighbour();

    std::vector<std::size_t> neighbours_;  // of the configuration that the search is at, not yet looked at
};

/// Downhill from one random configuration after the other.
class GreedySearcher : public LocalSearch {
  public:
    static constexpr std::string_view registered_name = "greedy";
    [[nodiscard]] std::string_view name() const override { return registered_name; }

  protected:
    Task strategy() override;
};

/// Downhill, then away from the minimum by a few parameters and downhill again; from a random configuration
/// after a number of vain attempts (Lourenço, Martin, Stützle 2003).
class IteratedSearcher : public LocalSearch {
  public:
    static constexpr std::string_view registered_name = "iterated";
    [[nodiscard]] std::string_view name() const override { return registered_name; }

  protected:
    Task strategy() override;
};

}  // namespace ridge::tuner
