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
/// sizes behave like the one, counts like the other. Whole numbers that are not all powers of two have a
/// second one: how many factors of two there are in them, since what divides the problem and its memory's
/// lines evenly behaves alike (64 and 128, unlike 112). Any other parameter has a coordinate for each value,
/// so that two different values are one apart.
class Features {
  public:
    explicit Features(const SearchSpace& space);

    [[nodiscard]] std::size_t size() const { return scale_of_.size(); }  ///< coordinates
    /// Of each coordinate the scale that it shares with others, counted from 0, ascending: the coordinates of
    /// a parameter's values have one, its logarithm and its factors of two one each.
    [[nodiscard]] const std::vector<std::size_t>& scale_of() const { return scale_of_; }
    /// Of each coordinate its parameter.
    [[nodiscard]] const std::vector<std::size_t>& parameter_of() const { return parameter_of_; }
    /// Into `out`, of size() places.
    void write(std::span<const std::uint32_t> choice, std::span<float> out) const;

  private:
    // Of each parameter how many coordinates it has, and those of its values, one value after the other.
    struct Coordinates {
        std::size_t width = 0;
        std::vector<float> of_values;
    };
    std::vector<Coordinates> coordinates_;
    std::vector<std::size_t> scale_of_, parameter_of_;
};

}  // namespace ridge::tuner
