// SPDX-License-Identifier: Apache-2.0
#include "cost_model/serving/power.hpp"

namespace ridge::cost_model {

Power power_of(const DeviceModel& device) {
    // Idle boards draw an eighth to a sixth of TDP: 50 to 60 of an A100's 400 W, 70 to 100 of an H100's 700 W
    // (nvidia-smi, with a context loaded).
    constexpr double idle_share = 0.14;
    Power out;
    out.tdp_w = device.device.tdp_w.value_or(0);
    out.idle_w = idle_share * out.tdp_w;
    return out;
}

Power power_of(const Placement& placement) {
    auto out = power_of(*placement.device);
    if (!placement.engine.power || out.tdp_w <= 0) return out;
    const auto activity = [&](double share) {
        return (share * out.tdp_w - out.idle_w) / (out.tdp_w - out.idle_w);
    };
    const auto& shares = *placement.engine.power;
    out.waiting_activity = activity(shares.waiting);
    out.memory_activity = activity(shares.memory);
    out.compute_activity = activity(shares.compute);
    return out;
}

}  // namespace ridge::cost_model
