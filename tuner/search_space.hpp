// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/kernel_config.hpp"
#include "tuner/random.hpp"

namespace ridge::tuner {

/// The valid configurations of a parameter space in a fixed order: parameters as given, the last one fastest,
/// each one's values as given. A space without parameters has one configuration, the empty one.
class SearchSpace {
  public:
    /// Enumerates the space. Throws InputError beginning with `owner` when a parameter has no value, or a
    /// name or value stands twice, a constraint cannot be parsed or evaluated or names an unknown parameter,
    /// no configuration or not the default one satisfies the constraints, or more than `max_visited`
    /// partial configurations would have to be looked at.
    SearchSpace(ParameterSpace space, const std::string& owner,
                std::uint64_t max_visited = default_max_visited);
    /// Seconds of enumeration, at most 128 MiB of memory.
    static constexpr std::uint64_t default_max_visited = std::uint64_t{1} << 24;

    [[nodiscard]] const ParameterSpace& parameters() const { return space_; }
    [[nodiscard]] std::size_t size() const { return ranks_.size(); }  ///< at least 1
    [[nodiscard]] KernelConfig config(std::size_t index) const;       ///< index < size()
    /// Nothing when it is no valid configuration of this space.
    [[nodiscard]] std::optional<std::size_t> index(const KernelConfig& config) const;
    [[nodiscard]] std::size_t default_index() const { return default_index_; }
    [[nodiscard]] std::size_t random_index(Random& random) const;  ///< uniform

  private:
    ParameterSpace space_;
    // Position of each valid configuration in the whole product of values; ascending.
    std::vector<std::uint64_t> ranks_;
    std::size_t default_index_ = 0;
};

}  // namespace ridge::tuner
