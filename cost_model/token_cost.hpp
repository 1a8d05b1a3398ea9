// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/statistics.hpp"
#include "cost_model/deployment.hpp"
#include "cost_model/device_model.hpp"
#include "cost_model/economy/economy.hpp"
#include "cost_model/network/memory_need.hpp"
#include "cost_model/network/transformer_graph.hpp"
#include "cost_model/pass_cost.hpp"
#include "cost_model/serving/step_cost.hpp"

namespace ridge::cost_model {

/// A batch of equal requests that start together on one deployment. The defaults are those of the workload
/// "chat".
struct Workload {
    std::int64_t batch = 1;
    std::int64_t prompt_tokens = 512;
    std::int64_t output_tokens = 256;
    Precisions precisions;
};

/// A workload of configs/workloads by name, or of a file by path.
[[nodiscard]] Workload load_workload(const std::string& name_or_path);

inline constexpr double least_interval_share = 0.9;

enum class Verdict {
    ok,
    does_not_fit,  ///< weights, cache and activations are beyond the device's memory
    unknown,       ///< the device lacks a figure that is needed
};
[[nodiscard]] std::string_view name(Verdict verdict);

/// A pool that does the prompts of a decoding replica, in its steady state.
struct PrefillPoolCost {
    double devices = 1;                         ///< of one of its replicas
    double prompt_s = 0;                        ///< of one prompt
    double transfer_bytes = 0, transfer_s = 0;  ///< of one prompt's keys and values to the decoding replica
    double request_s = 0;  ///< for which a request takes a replica: prompt or sending, the longer one
    double replicas = 0;   ///< that one decoding replica keeps busy
};

struct TokenCost {
    Verdict verdict = Verdict::ok;
    std::string reason;         ///< one sentence, empty when ok
    std::string model, device;  ///< names
    Workload workload;          ///< as served: with the largest batch where that was asked for
    Deployment deployment;
    double devices = 1;          ///< that decode together; all of them where no pool does the prompts
    MemoryNeed memory;           ///< of one device
    double memory_capacity = 0;  ///< bytes of one device that the engine takes; 0 when unknown
    double largest_batch = 0;    ///< sequences of the workload's length that fit; 0 when unknown
    std::string memory_note;     ///< set when the capacity is unknown, so that the fit was not checked

    // The rest is there when the verdict is ok.
    Provenance provenance = Provenance::specified;  ///< specified when any second comes from a data sheet
    bool on_data_sheet = false;           ///< ceilings of a data sheet took part in what was predicted
    bool is_bound = false;                ///< both passes are: tokens/s are an upper bound, costs a lower one
    PassCost prefill;                     ///< of the batch: its time is the time to first token
    PassCost decode;                      ///< one step of the batch, at the mean context prompt + output/2
    StepCost prefill_cost, decode_cost;   ///< the same by what they are made of, with energy
    std::optional<PrefillPoolCost> pool;  ///< where prompts have replicas of their own: then `prefill` is one
    double tokens_per_step = 1;           ///< of each sequence; more with drafted tokens
    std::int64_t decode_context = 0;
    double time_to_first_token_s = 0;
    double time_per_output_token_s = 0;
    double request_s = 0;              ///< first token, transfer where there is one, and output - 1 steps
    double request_device_s = 0;       ///< seconds of all devices that a request takes
    double tokens_per_s_sequence = 0;  ///< 1 / time per output token
    double tokens_per_s = 0;           ///< of the batch while decoding
    /// From the decode step's interval; absent when less than least_interval_share of its seconds have one,
    /// since the rest counts as if it were exact.
    std::optional<Interval> tokens_per_s_interval;
    std::optional<Interval> usd_per_million_output_interval;  ///< likewise
    Energy energy;
    Money money;
};

/// Throws InputError for a workload, an economy or a deployment that makes no sense (zero batch, context
/// beyond the model's, negative price, heads that the parallelism does not divide).
[[nodiscard]] TokenCost evaluate(const ModelConfig& model, const DeviceModel& device,
                                 const Workload& workload, const Economy& economy,
                                 const Deployment& deployment = {});

}  // namespace ridge::cost_model
