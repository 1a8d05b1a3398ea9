// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/device.hpp"
#include "core/kernel_config.hpp"
#include "core/measurement.hpp"
#include "core/operator_call.hpp"
#include "core/work.hpp"
#include "cost_model/ceilings.hpp"

namespace ridge::cost_model {

/// Lower bounds in seconds of what a kernel has to do, from first principles: what the parameters of a fit
/// scale.
struct Features {
    double compute_s = 0;     ///< padded FLOP over the compute ceiling, thread quantisation included
    double padding = 1;       ///< executed over useful FLOP of the register tiles
    double quantisation = 1;  ///< busiest unit's share of work times units
    struct Level {
        std::string name;  ///< "DRAM", "L3" …
        double bytes = 0;
        double seconds = 0;  ///< bytes over the level's ceiling
    };
    std::vector<Level> levels;                      ///< outermost first
    Precision compute = Precision::fp32;            ///< precision that the arithmetic runs in
    Provenance provenance = Provenance::specified;  ///< of the ceilings: measured only when all of them are
};

/// Where a call's operands come from, with the ceiling of traffic with it.
struct HomeLevel {
    std::string name;
    Ceiling ceiling;
};
/// Warm: the smallest cache with a ceiling that holds all operands; else, and cold, DRAM. Nothing when the
/// device has no ceiling of DRAM.
[[nodiscard]] std::optional<HomeLevel> home_level(const Work& work, CacheState cache, const Device& device,
                                                  const Ceilings& ceilings);

/// Features of a canonical call, with padding and re-reads where `config` names the tiles (mr, nr, mc, nc,
/// kc). Throws InputError when the device has no ceiling that the call needs.
[[nodiscard]] Features make_features(const OperatorCall& call, const KernelConfig& config, CacheState cache,
                                     const Device& device, const Ceilings& ceilings);

}  // namespace ridge::cost_model
