// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <unordered_map>
#include <vector>

#include "tuner/random.hpp"
#include "tuner/searcher.hpp"

namespace ridge::tuner {

/// What a search knows: the outcome of each configuration that was tried; and the others, to draw from.
class Trials {
  public:
    explicit Trials(std::size_t space_size) : size_(space_size) {}

    /// Once for each configuration.
    void record(std::size_t index, const Outcome& outcome);
    [[nodiscard]] bool known(std::size_t index) const { return values_.contains(index); }
    /// Of a known configuration: infinite when it was not ok.
    [[nodiscard]] double value(std::size_t index) const { return values_.at(index); }
    [[nodiscard]] std::size_t count() const { return values_.size(); }
    /// The known configurations in the order in which they became known.
    [[nodiscard]] const std::vector<std::size_t>& history() const { return history_; }
    [[nodiscard]] std::size_t left() const { return size_ - values_.size(); }
    /// The ok configuration with the least value, the first of equals.
    [[nodiscard]] std::optional<std::size_t> best() const { return best_; }
    /// A configuration that is not known, each as likely; left() must not be 0.
    [[nodiscard]] std::size_t draw(Random& random) const;

  private:
    [[nodiscard]] std::size_t at(std::size_t place) const;
    [[nodiscard]] std::size_t place_of(std::size_t index) const;

    std::size_t size_;
    std::unordered_map<std::size_t, double> values_;
    std::vector<std::size_t> history_;
    std::optional<std::size_t> best_;
    // All indices in some order, the known ones first; only what differs from the ascending order is kept.
    std::unordered_map<std::size_t, std::size_t> at_, place_;
};

}  // namespace ridge::tuner
