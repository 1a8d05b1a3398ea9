// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace ridge::cost_model {

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
};

/// Throws InputError, naming the parameter, for one that makes no sense.
void check(const EngineParameters& engine);

/// An engine of configs/engines by name, or of a file by path.
[[nodiscard]] EngineParameters load_engine(const std::string& name_or_path);

}  // namespace ridge::cost_model
