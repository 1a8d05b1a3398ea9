// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/statistics.hpp"
#include "cost_model/device_model.hpp"
#include "cost_model/economy/economy.hpp"
#include "cost_model/kernel/prediction.hpp"
#include "cost_model/network/memory_need.hpp"
#include "cost_model/network/transformer_graph.hpp"

namespace ridge::cost_model {

/// A batch of equal requests that start together on one device. The defaults are those of the workload
/// "chat".
struct Workload {
    std::int64_t batch = 1;
    std::int64_t prompt_tokens = 512;
    std::int64_t output_tokens = 256;
    Precisions precisions;
};

/// A workload of configs/workloads by name, or of a file by path.
[[nodiscard]] Workload load_workload(const std::string& name_or_path);

/// One line of the breakdown: calls of one role in one pass.
struct RoleCost {
    std::string role;
    std::string call;  ///< canonical text
    std::int64_t count = 1;
    Prediction each;     ///< of one call
    double seconds = 0;  ///< count · each.time_s
    double share = 0;    ///< of the pass
};

/// Time of one pass through the model, opened down to its calls.
struct PassCost {
    double seconds = 0;
    /// Ends of the calls' intervals added up, as if all erred the same way; calls without an interval count
    /// with their time. Absent when no call has one.
    std::optional<Interval> interval;
    double interval_share = 0;  ///< of the seconds that come from calls with an interval
    double measured_share = 0, predicted_share = 0, specified_share = 0;  ///< of the seconds
    double roof_share = 0;  ///< of the seconds that are bare roofs, predicted (measured roofs) or specified
    /// Every call's time is its bare roof: the seconds are the least that the pass can take.
    bool is_bound = false;
    NetworkWork work;
    std::string limiter;          ///< that most seconds are under
    std::vector<RoleCost> roles;  ///< in order of execution
};

inline constexpr double least_interval_share = 0.9;

enum class Verdict {
    ok,
    does_not_fit,  ///< weights, cache and activations are beyond the device's memory
    unknown,       ///< the device lacks a figure that is needed
};
[[nodiscard]] std::string_view name(Verdict verdict);

struct TokenCost {
    Verdict verdict = Verdict::ok;
    std::string reason;         ///< one sentence, empty when ok
    std::string model, device;  ///< names
    Workload workload;
    MemoryNeed memory;
    double memory_capacity = 0;  ///< bytes; 0 when unknown
    std::string memory_note;     ///< set when the capacity is unknown, so that the fit was not checked

    // The rest is there when the verdict is ok.
    Provenance provenance = Provenance::specified;  ///< specified when any second comes from a data sheet
    bool is_bound = false;  ///< both passes are: tokens/s are an upper bound, costs a lower one
    PassCost prefill;       ///< of the batch: its time is the time to first token
    PassCost decode;        ///< one step of the batch, at the mean context prompt + output/2
    std::int64_t decode_context = 0;
    double time_to_first_token_s = 0;
    double time_per_output_token_s = 0;
    double request_s = 0;              ///< first token and output - 1 steps
    double tokens_per_s_sequence = 0;  ///< 1 / time per output token
    double tokens_per_s = 0;           ///< of the batch while decoding
    /// From the decode step's interval; absent when less than least_interval_share of its seconds have one,
    /// since the rest counts as if it were exact.
    std::optional<Interval> tokens_per_s_interval;
    std::optional<Interval> usd_per_million_output_interval;  ///< likewise
    Energy energy;
    Money money;
};

/// Throws InputError for a workload or economy that makes no sense (zero batch, context beyond the model's,
/// negative price).
[[nodiscard]] TokenCost evaluate(const ModelConfig& model, const DeviceModel& device,
                                 const Workload& workload, const Economy& economy);

}  // namespace ridge::cost_model
