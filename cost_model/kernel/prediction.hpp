// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
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
    measured,  ///< the call itself
    fitted,    ///< the kernel model
    roof,      ///< ceilings alone, measured or of a data sheet
};

struct Prediction {
    double time_s = 0;
    std::optional<Interval>
        interval;  ///< seconds; of the median when measured, 90 % of left-out calls when fitted
    Provenance provenance = Provenance::specified;
    PredictionKind kind = PredictionKind::roof;
    std::optional<double> energy_j;  ///< of one call, where it was measured
    std::string implementation;      ///< empty for a roof
    std::string basis;               ///< one sentence: where the time comes from
    std::vector<LimiterTerm> terms;
    std::string limiter;  ///< name of the largest term
};

/// Time of a canonical call: its own measurement, the fitted model of its kernels, or the roofs, in this
/// order. Throws InputError when the device has no ceiling that the call needs.
[[nodiscard]] Prediction predict(const OperatorCall& call, const DeviceModel& device);

}  // namespace ridge::cost_model
