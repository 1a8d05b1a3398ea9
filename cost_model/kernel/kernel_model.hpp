// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/json.hpp"
#include "core/kernel_config.hpp"
#include "core/measurement.hpp"
#include "core/operator_call.hpp"
#include "core/statistics.hpp"
#include "cost_model/kernel/features.hpp"

/// The analytical model of one kernel's time:
///     t = t_launch + (Σ over terms of t_term^p)^(1/p)
/// with t_compute = padded FLOP / (peak · share_compute) · thread quantisation and t_level = bytes /
/// (bandwidth · share_memory). The p-norm runs smoothly from "no overlap" (p = 1, the sum) to "perfect
/// overlap" (p → ∞, the maximum: the roofline).
namespace ridge::cost_model {

/// What is fitted for a group of measurements. Shares are of the device's ceilings.
struct KernelParameters {
    double launch_s = 0;       ///< time of a call without work, seconds
    double compute_share = 1;  ///< of the compute ceiling, (0, 1.2]
    double memory_share = 1;   ///< of each bandwidth ceiling, (0, 1.2]
    double overlap = 4;        ///< p of the norm, [1, 16]
};

/// Seconds of one call under these parameters.
[[nodiscard]] double kernel_time(const Features& features, const KernelParameters& parameters);

/// Error |predicted - measured| / measured.
struct ErrorTable {
    std::size_t count = 0;
    double median = 0, mean = 0, p90 = 0;
};
[[nodiscard]] ErrorTable error_table(const std::vector<double>& measured_s,
                                     const std::vector<double>& predicted_s);

/// Calls that share parameters: one operator, implementation, precision of the arithmetic, kind of sparsity.
/// Cold and warm rows share them: their levels differ.
struct GroupKey {
    std::string op;
    std::string implementation;
    Precision compute = Precision::fp32;
    Sparsity::Kind sparsity = Sparsity::Kind::dense;
    [[nodiscard]] std::string text() const;
    auto operator<=>(const GroupKey&) const = default;
};

/// A call that the group was fitted on, with the configuration that a call near it will be given.
struct FittedCall {
    std::string call;
    KernelConfig config;
};

/// The distance by which the nearest fitted call is chosen: the largest |log2| of the ratio of two calls'
/// dimensions; infinite where they have different ones.
[[nodiscard]] double octaves_between(const OperatorCall& one, const OperatorCall& other);

/// A held-out call: what was measured, and what the fit predicts without having seen it.
struct HeldOutPoint {
    std::string call;
    std::string implementation;
    CacheState cache = CacheState::cold;
    double measured_s = 0, predicted_s = 0, roofline_s = 0;
};

struct KernelGroup {
    GroupKey key;
    KernelParameters parameters;
    std::vector<FittedCall> calls;
    ErrorTable held_out;  ///< on calls that the fit did not see
    ErrorTable roofline;  ///< of the pure roofline on the same held-out calls
    std::vector<HeldOutPoint>
        points;  ///< those calls; empty in a model that was stored before they were kept
    /// Predictions times and over this factor hold `interval_confidence` of left-out calls; absent with too
    /// few.
    std::optional<double> interval_factor;
    std::string
        pooled_from;  ///< what was pooled when this group had too few rows of its own; empty if nothing
};

struct KernelModel {
    std::string device;
    std::vector<KernelGroup> groups;
    std::int64_t version = 0;  ///< in the store; 0 when not from one
    [[nodiscard]] Json json() const;
    [[nodiscard]] static KernelModel from_json(const JsonReader& json);
    [[nodiscard]] const KernelGroup* find(const GroupKey& key) const;
};

inline constexpr const char* kernel_model_kind = "kernel-analytical";
inline constexpr double interval_confidence = 0.9;

}  // namespace ridge::cost_model
