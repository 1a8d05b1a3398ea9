// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "cost_model/kernel/power.hpp"
#include "cost_model/kernel/prediction.hpp"

namespace ridge::cost_model {

/// Energy of one execution: measured; predicted from the device's measured power; or specified, from another
/// device's in the ratio of their thermal design powers.
struct CallEnergy {
    double energy_j = 0;
    std::optional<Interval>
        interval_80;  ///< J; nothing where the time has no interval, or energy was measured
    Provenance provenance = Provenance::specified;
    std::string basis;  ///< one sentence
};

/// Nothing when neither the device's power nor its TDP is known, or it is a processor, for which no power was
/// fitted.
[[nodiscard]] std::optional<CallEnergy> call_energy(const OperatorCall& call, const Prediction& prediction,
                                                    const DeviceModel& device);

}  // namespace ridge::cost_model
