// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "cost_model/placement/placement.hpp"

namespace ridge::cost_model {

/// Power of a device by what it does: idle + activity · (TDP - idle). Predicted from the data sheet's thermal
/// design power.
struct Power {
    double idle_w = 0;
    double tdp_w = 0;  ///< 0: not known, so that energies are 0 too
    // Shares of what lies between idle and TDP. Computing at the roof reaches TDP; a decode phase, bound by
    // memory, draws about 0.6 of it (Patel et al. 2024, POLCA, arXiv 2308.12908, section 4: prompt phases
    // peak at or above TDP, token phases are lower and flat); waiting for a link or the host keeps clocks up.
    double compute_activity = 1.0, memory_activity = 0.6, waiting_activity = 0.2;

    [[nodiscard]] double at(double activity) const { return idle_w + activity * (tdp_w - idle_w); }
};

[[nodiscard]] Power power_of(const DeviceModel& device);
/// With the activities that the placement's engine was found to have.
[[nodiscard]] Power power_of(const Placement& placement);

}  // namespace ridge::cost_model
