// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/json.hpp"
#include "core/kernel_config.hpp"
#include "core/measurement.hpp"
#include "core/operator_call.hpp"
#include "core/statistics.hpp"
#include "cost_model/kernel/correction.hpp"
#include "cost_model/kernel/extrapolation.hpp"
#include "cost_model/kernel/interval_table.hpp"
#include "cost_model/kernel/kernel_parameters.hpp"

namespace ridge::cost_model {

/// Error |predicted - measured| / measured.
struct ErrorTable {
    std::size_t count = 0;
    double median = 0, mean = 0, p90 = 0;
};
[[nodiscard]] ErrorTable error_table(const std::vector<double>& measured_s,
                                     const std::vector<double>& predicted_s);

/// Calls that share parameters: one operator and regime, implementation and version, formats of the operands,
/// kinds of sparsity, cache state.
struct GroupKey {
    std::string op;
    std::string implementation;
    std::string version;  ///< of the implementation
    std::string formats;  ///< "a=bf16 w=bf16 c=bf16"
    std::string regime;   ///< CallFeatures::regime: prefill and decode of one operator are different kernels
    Sparsity::Kind sparsity = Sparsity::Kind::dense;             ///< of the weights
    Sparsity::Kind activation_sparsity = Sparsity::Kind::dense;  ///< few kernels skip zeros there
    CacheState cache = CacheState::cold;
    [[nodiscard]] std::string text() const;
    /// Whether calls of these kinds of sparsity belong here.
    [[nodiscard]] bool has_sparsity_of(const OperatorCall& call) const;
    /// The call as this kernel runs it: one that runs dense activations does not look for zeros.
    [[nodiscard]] OperatorCall as_run(OperatorCall call) const;
    auto operator<=>(const GroupKey&) const = default;
};

/// Operands of a call with their formats, in the call's order: "a=bf16 w=bf16 c=bf16".
[[nodiscard]] std::string formats_of(const OperatorCall& call);

/// A held-out call: what was measured, and what the fit predicts without having seen it.
struct HeldOutPoint {
    std::string call;
    std::string implementation;
    CacheState cache = CacheState::cold;
    double measured_s = 0, predicted_s = 0, roofline_s = 0;
    double log_half_width = 0;  ///< of the 80 % interval, ln; 0 where there is none
};

struct KernelGroup {
    GroupKey key;
    KernelParameters parameters;
    Correction correction;               ///< empty where it did not help
    std::vector<std::int64_t> nodes;     ///< Record::id of each node of the correction
    std::vector<KernelConfig> configs;   ///< of the fitted calls, each once; what features need of them
    std::vector<std::size_t> config_of;  ///< node → configs; empty where there is but one
    IntervalTable intervals;
    double longest_s = 0;              ///< analytical, of the fitted calls; 0 where it is not known
    WidthsBeyond widths_beyond;        ///< of intervals of longer calls
    ErrorTable held_out;               ///< on calls that the fit did not see
    ErrorTable roofline;               ///< of the pure roofline on the same held-out calls
    std::vector<HeldOutPoint> points;  ///< those calls
    std::string
        pooled_from;  ///< what was pooled when this group had too few rows of its own; empty if nothing

    [[nodiscard]] const KernelConfig& config_of_node(std::size_t node) const;
};

struct KernelModel {
    std::string device;
    std::vector<KernelGroup> groups;
    std::int64_t version = 0;  ///< in the store; 0 when not from one
    [[nodiscard]] Json json() const;
    [[nodiscard]] static KernelModel from_json(const JsonReader& json);
    [[nodiscard]] const KernelGroup* find(const GroupKey& key) const;
};

/// What a group makes of a call.
struct GroupEstimate {
    double time_s = 0;
    double analytical_s = 0;     ///< before the correction
    CorrectionValue correction;  ///< residual 0 where the group has none
};
[[nodiscard]] GroupEstimate estimate(const KernelGroup& group, const CallFeatures& features);

/// Half-widths of the estimate's intervals, ln(time); nothing with too few calls for an interval.
[[nodiscard]] std::optional<HalfWidths> half_widths(const KernelGroup& group, const GroupEstimate& found);

/// The time alone: what is asked for most, and fastest from a shipped group.
[[nodiscard]] double estimate_seconds(const KernelGroup& group, const CallFeatures& features);

/// Configuration for a call that was never tuned: the nearest node's, with what `workload` sets in its place.
[[nodiscard]] KernelConfig config_for(const KernelGroup& group, const CallFeatures& features,
                                      const KernelConfig& workload);

inline constexpr const char* kernel_model_kind = "kernel-analytical-4";

}  // namespace ridge::cost_model
