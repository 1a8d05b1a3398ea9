// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "cost_model/network/network_call.hpp"

namespace ridge::cost_model {

/// How weights and activations meet in the arithmetic: what an achieved share of the peak depends on.
enum class ArithmeticClass {
    f16,      ///< 16-bit or wider weights and activations
    fp8,      ///< both 8-bit floating point
    int8,     ///< both 8-bit integers
    fp4,      ///< both 4-bit floating point
    weight8,  ///< 8-bit weights widened to 16-bit arithmetic
    weight4,  ///< weights of fewer bits widened to 16-bit arithmetic
};
inline constexpr std::size_t arithmetic_classes = 6;
[[nodiscard]] std::string_view name(ArithmeticClass arithmetic);
[[nodiscard]] ArithmeticClass arithmetic_of(const NumberFormat& activations, const NumberFormat& weights);

/// Factors on an engine's shares of the ceilings.
struct ShareFactors {
    double compute = 1, memory = 1;
};

/// What a request waits for besides the steps that compute it; seconds, and factors without a unit.
struct RequestOverheads {
    double first_token_s = 0;         ///< beside the prefill itself: offline
    double first_token_open_s = 0;    ///< under arrivals at a rate
    double first_token_closed_s = 0;  ///< in a loop of constant concurrency
    double admission_s = 0;           ///< for each prompt that is computed until then
    double open_queue = 0;            ///< factor of the waiting time ρ/(1-ρ) · prefill
    double output_reserved = 1;  ///< share of a sequence's output that the cache has on average, at most 1
};

/// Mean power of a device as shares of its thermal design power, by what it does.
struct PowerShares {
    double waiting = 0, memory = 0, compute = 0;
};

/// Most tokens of a step where an engine does not say: of the fitted engines, and of benchmarks' servers.
inline constexpr std::int64_t usual_chunk_tokens = 4096;

/// What a serving engine adds to, or makes of, the devices' kernels. The defaults are an engine that costs
/// nothing and wastes nothing, so that times are the kernels' own; a file of configs/engines
/// has the values of a real one with their source.
struct EngineParameters {
    std::string name = "ideal";
    std::string source = "no overhead assumed";

    double host_step_s = 0;           ///< of the host for each step: scheduling, preparing, launching
    double host_sequence_s = 0;       ///< likewise for each sequence of a step
    double host_prefill_token_s = 0;  ///< likewise for each prompt token of a step
    double host_overlap = 0;          ///< share of the host's seconds that can pass while the devices work
    double call_s = 0;                ///< of the device between two calls; near 0 with captured graphs

    /// Of the device's memory that the engine takes; vLLM's default of gpu_memory_utilization is 0.9.
    double memory_fraction = 1;
    /// The cache takes that share of what weights, activations and workspace leave, not all of them together
    /// that share of the memory: TensorRT-LLM's kv_cache_free_gpu_mem_fraction, which is 0.9.
    bool fraction_of_free = false;
    double workspace_bytes = 0;  ///< of each device: context, kernels' workspace, communication buffers
    double fragmentation = 0;    ///< share of the cache's memory lost in pages that are not full
    /// Most tokens of a step, to which prompts are cut; 0: a prompt is one step.
    std::int64_t chunk_tokens = 0;

    double communication_overlap = 0;  ///< share of the communication hidden behind other calls
    double link_share = 0;             ///< of the links' bandwidth; 0: usual_link_share of each
    double expert_imbalance = 1;       ///< busiest device's share of routed rows times the devices

    /// Of what sparse weights could gain over dense ones, in arithmetic and in bytes, that kernels realise.
    /// cuSPARSELt's 2:4 products gain 1.60 to 1.77 of 2 in int8 on A100 and 1.20 to 1.31 in fp8 on H100
    /// (prefill of vLLM, SlideSparse's published tables): shares of 0.6 to 0.77 and 0.2 to 0.31; the middle
    /// of them.
    double sparse_share = 0.45;

    /// Shares of the ceilings that calls without measurement and fit achieve; absent: the device model's.
    std::optional<double> compute_share = std::nullopt, memory_share = std::nullopt;
    /// Likewise of attention's arithmetic and of reading the cache; absent: as other calls.
    std::optional<double> attention_share = std::nullopt, cache_share = std::nullopt;
    std::array<ShareFactors, arithmetic_classes> arithmetic = {};  ///< of linear layers, by class
    ShareFactors experts = {};                                     ///< of routed experts besides
    /// Of the speed of kernels that were timed alone, in calls that configs/fitted covers.
    double kernel_share = 1;
    double elementwise_memory = 1;   ///< of the memory share, for norms, sums, activations
    double convolution_compute = 1;  ///< of the compute share
    double tile_rows = 0;  ///< rows at which half the arithmetic's share is reached, tiles being half empty
    /// Arithmetic and traffic take (cⁿ + mⁿ)^(1/n) seconds together; 0: the longer of both.
    double overlap_norm = 0;
    double latency_factor = 1;  ///< of exchanges, over the latency of their links
    double sequence_limit = 0;  ///< most sequences at once; 0: none

    RequestOverheads requests = {};
    std::optional<PowerShares> power = std::nullopt;  ///< absent: cost_model/serving/power.hpp
};

/// Throws InputError, naming the parameter, for one that makes no sense.
void check(const EngineParameters& engine);

/// Leaves the shares of the ceilings to the device's efficiencies.
void take_efficiencies(EngineParameters& engine);

/// An engine that a file describes (configs/schema/engine.schema.json).
[[nodiscard]] EngineParameters load_engine(const std::string& path);

}  // namespace ridge::cost_model
