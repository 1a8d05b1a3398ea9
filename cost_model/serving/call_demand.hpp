// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cost_model/kernel/prediction.hpp"
#include "cost_model/network/network_call.hpp"
#include "cost_model/serving/engine.hpp"

namespace ridge::cost_model {

/// What an engine's share of the ceilings depends on.
enum class DemandKind { linear, experts, head, attention, elementwise, convolution };

/// What calls of one role ask of a device, apart from the engine that runs them.
struct CallDemand {
    DemandKind kind = DemandKind::elementwise;
    ArithmeticClass arithmetic = ArithmeticClass::f16;
    double count = 1;
    double compute_gain = 1, memory_gain = 1;  ///< that sparse weights could have over dense ones
    double rows = 0;                           ///< that each weight is multiplied with; 0: no tiles
    double compute_s = 0, memory_s = 0;        ///< of one call, on the whole ceilings
    /// Of one call where it was measured or its kernels were fitted, with what a launch is of it; 0: the
    /// ceilings are all that is known.
    double known_s = 0, launch_s = 0;
    double kernel_s = 0;  ///< of one call by the device's shipped kernels; 0: they do not cover it
};

/// Seconds by what bounds them.
struct PartSeconds {
    double compute = 0, memory = 0, launch = 0, communication = 0;

    [[nodiscard]] double total() const { return compute + memory + launch + communication; }
    PartSeconds& operator+=(const PartSeconds& other);
    friend PartSeconds operator+(PartSeconds one, const PartSeconds& other) { return one += other; }
    friend PartSeconds operator*(PartSeconds one, double factor) {
        return {one.compute * factor, one.memory * factor, one.launch * factor, one.communication * factor};
    }
};

/// The demand of a call whose time on `device` was predicted.
[[nodiscard]] CallDemand demand_of(const NetworkCall& call, const Prediction& prediction,
                                   const DeviceModel& device);

/// Seconds of one call's arithmetic and of its traffic under an engine, each alone. `efficiency` is the
/// device's, where the engine has no share of its own.
struct AloneSeconds {
    double compute = 0, memory = 0;
};
[[nodiscard]] AloneSeconds alone_seconds(const CallDemand& demand, const EngineParameters& engine,
                                         const ShareFactors& efficiency);

/// Of all `count` calls, with the engine's seconds between calls: those of a call belong to the larger of
/// both, but for the launch, which stands alone.
[[nodiscard]] PartSeconds call_seconds(const CallDemand& demand, const EngineParameters& engine,
                                       const ShareFactors& efficiency);

/// What a kernel that was timed alone has of its harness's launch, and has not under an engine whose calls
/// follow each other at seconds of their own.
[[nodiscard]] double harness_seconds(double launch_s, double kernel_s, const EngineParameters& engine);

/// Both overlapping as the engine lets them.
[[nodiscard]] double together(const AloneSeconds& alone, double norm);

}  // namespace ridge::cost_model
