// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>

#include "core/kernel_config.hpp"

namespace ridge::tuner {

struct FirstValid {
    std::optional<KernelConfig> config;  ///< the first that fulfils every constraint
    bool searched_all = true;            ///< false: given up after `most_visited`; there may be one
};

/// Looks through the values in the order of the space, the last parameter fastest. Throws InputError for a
/// constraint that is no expression, names an unknown parameter or cannot be evaluated.
[[nodiscard]] FirstValid first_valid(const ParameterSpace& space, std::size_t most_visited = 1U << 20);

/// Whether a configuration that has all the parameters fulfils every constraint; throws as above.
[[nodiscard]] bool fulfils(const ParameterSpace& space, const KernelConfig& config);

}  // namespace ridge::tuner
