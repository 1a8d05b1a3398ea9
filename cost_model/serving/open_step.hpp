// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cost_model/deployment.hpp"
#include "cost_model/pass_cost.hpp"
#include "cost_model/serving/step_cost.hpp"

namespace ridge::cost_model {

/// A step opened down to its calls, its exchanges and what waits; the roles add up to the time.
struct OpenStep {
    PassCost pass;
    StepCost cost;
};

/// What a step reads from a memory tier on each device besides, and what it is called.
struct TierReading {
    std::string role;
    double bytes = 0;
    double bytes_per_s = 0;
    double overlap = 1;  ///< share of the reading that passes while the device computes
};

/// `pass` is what one microbatch of one replica works on, the same as `work` says in numbers that may be
/// fractions; the step is done `repeats` times, as a prompt's chunks are.
[[nodiscard]] OpenStep open_step(const Placement& placement, const Pass& pass, const StageWork& work,
                                 const std::vector<TierReading>& readings = {}, double repeats = 1);

/// Bytes/s at which a device reads a tier: the tier's own, or what its host link lets through.
[[nodiscard]] double tier_rate(const DeviceModel& device, const Tiers& tiers, Tier tier, double link_share);

}  // namespace ridge::cost_model
