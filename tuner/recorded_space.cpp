// SPDX-License-Identifier: Apache-2.0
#include "tuner/recorded_space.hpp"

#include <algorithm>

namespace ridge::tuner {

std::size_t RecordedSpace::valid() const {
    return static_cast<std::size_t>(std::ranges::count(configs, Status::ok, &RecordedConfig::status));
}

std::optional<std::size_t> RecordedSpace::optimum() const {
    std::optional<std::size_t> best;
    for (std::size_t i = 0; i < configs.size(); ++i)
        if (configs[i].objective && (!best || *configs[i].objective < *configs[*best].objective)) best = i;
    return best;
}

}  // namespace ridge::tuner
