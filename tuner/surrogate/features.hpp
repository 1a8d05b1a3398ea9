// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "tuner/search_space.hpp"

namespace ridge::tuner {

/// Configurations as points in which near means alike. A parameter of numbers is one coordinate in [0, 1],
/// halfway between its place among the values and its logarithm (its value where some are not above 0): tile
/// sizes behave like the one, counts like the other. Any other parameter has a coordinate for each value, so
/// that two different values are one apart.
class Features {
  public:
    explicit Features(const SearchSpace& space);

    [[nodiscard]] std::size_t size() const { return parameter_of_.size(); }  ///< coordinates
    /// The parameter that a coordinate belongs to.
    [[nodiscard]] std::size_t parameter_of(std::size_t coordinate) const { return parameter_of_[coordinate]; }
    [[nodiscard]] std::size_t parameters() const { return coordinates_.size(); }
    /// Into `out`, of size() places.
    void write(std::span<const std::uint32_t> choice, std::span<float> out) const;

  private:
    // For each parameter: its first coordinate, and the coordinate of each value; empty for one with a single
    // coordinate per value.
    struct Coordinates {
        std::size_t first = 0;
        std::vector<float> of_value;
    };
    std::vector<Coordinates> coordinates_;
    std::vector<std::size_t> parameter_of_;
};

}  // namespace ridge::tuner
