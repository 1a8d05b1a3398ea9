// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "tuner/search_space.hpp"

/// Steps through a search space.
namespace ridge::tuner {

/// Valid configurations that differ from one in a single parameter, by whatever value.
[[nodiscard]] std::vector<std::size_t> one_apart(const SearchSpace& space, std::size_t index);

/// A valid configuration with up to `parameters` parameters drawn anew; one drawn anywhere when none of a
/// number of tries is valid.
[[nodiscard]] std::size_t perturbed(const SearchSpace& space, std::size_t index, std::size_t parameters,
                                    Random& random);

/// The valid configuration that a choice stands for, or one that is near it: parameters are drawn anew from
/// those of `fallback` until it is valid.
[[nodiscard]] std::size_t repaired(const SearchSpace& space, Choice choice, const Choice& fallback,
                                   Random& random);

/// A child of two configurations: each parameter from one of them, each as likely; repaired with the
/// mother's.
[[nodiscard]] std::size_t crossed(const SearchSpace& space, std::size_t mother, std::size_t father,
                                  Random& random);

}  // namespace ridge::tuner
