// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/json.hpp"
#include "core/statistics.hpp"
#include "cost_model/kernel/features/call_features.hpp"

/// Board power while a call runs again and again, from what the device is busy with:
///     P = min(limit, idle + compute · c + memory · m + busy · b)
/// c and m are the shares of the ceilings of arithmetic and memory bandwidth that the call achieves, b is the
/// share of its time outside the launch. Watts and seconds; energy of a call is power times time.
namespace ridge::cost_model {

/// A measured call: its time, and the mean power over many repetitions.
struct PowerRow {
    OperatorCall call;
    double time_s = 0;
    double power_w = 0;
};

/// How busy a device is with a call that takes a given time.
struct Activity {
    double compute_share =
        0;  ///< of the ceiling of arithmetic; of a lower one of bandwidth more than 1 is possible
    double memory_share = 0;  ///< compulsory bytes over time, of the memory's bandwidth
    double time_s = 0;
};

/// Throws InputError when the device lacks a ceiling that the call needs.
[[nodiscard]] Activity activity_of(const OperatorCall& call, double time_s, const Machine& machine);

struct PowerCoefficients {
    double idle_w = 0, compute_w = 0, memory_w = 0, busy_w = 0;
    double launch_s = 0;  ///< of a call, in which the device is not busy: the shortest call measured

    [[nodiscard]] double watts(const Activity& activity) const;
};

/// A fitted call, for the correction by its neighbours.
struct PowerPoint {
    std::vector<double> coordinates;  ///< octaves: dimensions and time
    double log_residual = 0;
};

/// Calls of one operator and formats.
struct PowerGroup {
    std::string key;  ///< operator and the formats of its operands
    PowerCoefficients coefficients;
    std::vector<PowerPoint> points;       ///< may be empty: then there is no correction
    double factor_80 = 1, factor_95 = 1;  ///< of both ends of the intervals, from left-out calls
    std::size_t calls = 0;                ///< fitted on
};

struct PowerModel {
    std::string device;
    double limit_w = 0;
    std::vector<PowerGroup> groups;

    [[nodiscard]] const PowerGroup* find(const OperatorCall& call) const;
    [[nodiscard]] Json json() const;
    [[nodiscard]] static PowerModel from_json(const JsonReader& json);
};

/// Least number of calls of a group; fewer are left out.
inline constexpr std::size_t least_power_calls = 20;

/// Robust non-negative least squares of relative error for each group, then what its neighbours leave over.
/// Rows without positive time and power are left out. Throws InputError unless the limit is above 0.
[[nodiscard]] PowerModel fit_power(const std::vector<PowerRow>& rows, const Machine& machine, double limit_w);

/// The model without its points, as it is shipped: intervals are those of the coefficients alone.
[[nodiscard]] PowerModel without_points(const PowerModel& model);

/// A model of a device whose power was not measured: coefficients of one that was, times the ratio of their
/// limits, without points, its intervals no narrower than such a transfer's errors (docs/formulas.md).
[[nodiscard]] PowerModel transfer_power(const PowerModel& from, const std::string& device, double limit_w);

struct PowerPrediction {
    double power_w = 0;
    Interval interval_80, interval_95;
    bool of_group = false;  ///< from calls of this operator and formats; else from the mean of all groups
    std::string basis;      ///< one sentence
};

/// Nothing when the model has no group.
[[nodiscard]] std::optional<PowerPrediction> predict_power(const PowerModel& model, const OperatorCall& call,
                                                           double time_s, const Machine& machine);

}  // namespace ridge::cost_model
