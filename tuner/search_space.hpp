// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/kernel_config.hpp"
#include "tuner/constraints.hpp"
#include "tuner/random.hpp"

namespace ridge::tuner {

/// Which value of each parameter is taken: positions among its values, in the order of the parameters.
using Choice = std::vector<std::uint32_t>;

/// The valid configurations of a parameter space, numbered from 0. Parameters that hang together through
/// constraints are enumerated together, the others only multiply, so that a space of any size takes no more
/// memory than its largest group of dependent parameters. A space without parameters has one configuration,
/// the empty one.
class SearchSpace {
  public:
    /// Throws InputError beginning with `owner` when a parameter has no value, or a name or value stands
    /// twice, a constraint cannot be parsed or evaluated or names an unknown parameter, no configuration or
    /// not the default one satisfies the constraints, or a limit is met.
    SearchSpace(ParameterSpace space, const std::string& owner, const EnumerationLimits& limits = {});
    /// The space of exactly these configurations, whatever its constraints say; the first one takes the
    /// place of a default that is not among them. Throws InputError for a configuration with another
    /// parameter or value, or one that stands twice.
    SearchSpace(ParameterSpace space, const std::vector<KernelConfig>& configs, const std::string& owner);

    [[nodiscard]] const ParameterSpace& parameters() const { return space_; }
    [[nodiscard]] std::size_t size() const { return size_; }  ///< at least 1
    [[nodiscard]] Choice choice(std::size_t index) const;     ///< index < size()
    /// Into `choice`, of parameters().parameters.size() places.
    void choose(std::size_t index, std::span<std::uint32_t> choice) const;
    [[nodiscard]] KernelConfig config(std::size_t index) const;
    /// Nothing when it is no valid configuration of this space.
    [[nodiscard]] std::optional<std::size_t> index(std::span<const std::uint32_t> choice) const;
    [[nodiscard]] std::optional<std::size_t> index(const KernelConfig& config) const;
    [[nodiscard]] std::size_t default_index() const { return default_index_; }
    /// Searches begin with another configuration than the default one; index < size().
    void set_default(std::size_t index) { default_index_ = index; }
    [[nodiscard]] std::size_t random_index(Random& random) const;  ///< uniform

  private:
    struct Group {
        std::vector<std::size_t> parameters;
        std::vector<std::uint64_t> ranks;  // ascending; empty: all of them
        std::size_t size = 1;
    };

    void add_group(Group group, const std::string& owner);
    [[nodiscard]] std::optional<Choice> choice_of(const KernelConfig& config) const;
    [[nodiscard]] std::uint64_t product(const std::vector<std::size_t>& parameters) const;

    ParameterSpace space_;
    std::vector<Group> groups_;
    std::size_t size_ = 1;
    std::size_t default_index_ = 0;
};

}  // namespace ridge::tuner
