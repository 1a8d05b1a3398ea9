// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/measurement.hpp"
#include "core/operator_call.hpp"
#include "core/statistics.hpp"
#include "cost_model/device_model.hpp"

namespace ridge::cost_model {

/// What a call's time is made of: "launch", "compute", or a memory level, with the seconds that it would take
/// alone.
struct LimiterTerm {
    std::string name;
    double seconds = 0;
};

/// What a time is made from; the provenance says how far it rests on measurements of this device.
enum class PredictionKind {
    measured,     ///< the call itself
    fitted,       ///< interpolated between calls of the same kind, measured on this device
    transferred,  ///< from calls of other formats on this device, or of other devices
    roof,         ///< ceilings alone, measured or of a data sheet
};
[[nodiscard]] std::string_view name(PredictionKind kind);

struct Prediction {
    double time_s = 0;
    /// Seconds; of the median when measured (95 %), else what holds 80 % of calls that were left out.
    std::optional<Interval> interval;
    std::optional<Interval> interval_95;  ///< likewise 95 %
    Provenance provenance = Provenance::specified;
    PredictionKind kind = PredictionKind::roof;
    std::optional<double> energy_j;  ///< of one call, where it was measured
    std::string implementation;      ///< empty for a roof
    std::string basis;               ///< one sentence: where the time comes from
    std::vector<LimiterTerm> terms;
    double launching_s =
        0;                ///< of time_s: what the call would be shorter by without its launch, which may hide
    std::string limiter;  ///< name of the largest term
    std::vector<Parameter> parameters;  ///< fitted ones behind the terms, with their uncertainty
    double correction = 1;              ///< factor that the learned correction applies; 1 without
    std::int64_t nearest_record = 0;    ///< Record::id of the measured call nearest to this one; 0 for none
    double nearest_octaves = 0;  ///< how far that is: the largest |log2| of the ratio of two dimensions
};

/// Time of a canonical call: its own measurement, the fitted model of its kernels, or the roofs, in this
/// order. Throws InputError when the device has no ceiling that the call needs.
[[nodiscard]] Prediction predict(const OperatorCall& call, const DeviceModel& device);

/// Seconds that a fitted kernel takes for a call in a given configuration; nothing when the device has no fit
/// of that implementation and kind of call. Throws InputError when the device has no ceiling that the call
/// needs.
[[nodiscard]] std::optional<double> kernel_seconds(const OperatorCall& call,
                                                   const std::string& implementation,
                                                   const KernelConfig& config, CacheState cache,
                                                   const DeviceModel& device);

/// Least seconds that the device's ceilings allow a call: no prediction is below. Warm operands may come from
/// the device's caches; a roof that was measured may be some too low.
[[nodiscard]] double least_time(const OperatorCall& call, CacheState cache, const Machine& machine);

}  // namespace ridge::cost_model
