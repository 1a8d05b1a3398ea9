// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/device_choice.hpp"
#include "cli/precision_options.hpp"
#include "cli/transfer_options.hpp"
#include "cost_model/serving/placed_replica.hpp"
#include "cost_model/serving/policy.hpp"
#include "cost_model/serving/summary.hpp"
#include "cost_model/serving/traffic.hpp"
#include "cost_model/token_cost.hpp"

/// Options that the commands about services over time share.
namespace ridge::cli {

/// A model and how it is stored, on devices under an engine.
struct ServedModelOptions {
    DeviceOptions devices;
    PrecisionOptions stored;
    EngineOption engine;

    void add(CLI::App& command);
    [[nodiscard]] cost_model::EngineChoice choice() const { return engine.choice(); }
    /// Those of the workload with what the options say in their place.
    [[nodiscard]] cost_model::Precisions precisions(const std::string& workload) const;
};

/// How an engine schedules.
struct PolicyOptions {
    std::string batching, preemption, routing;
    std::optional<std::int64_t> max_sequences, token_budget, page;
    std::optional<double> swap_bytes_per_s;
    bool no_prefix_cache = false;
    std::vector<std::string> tiers;

    void add(CLI::App& command);
    /// What is not said is the engine's, or else Policy's default.
    [[nodiscard]] cost_model::serving::Policy policy(const cost_model::EngineChoice& engine) const;
};

/// Limits, in seconds.
struct SloOptions {
    std::optional<double> ttft_s, tpot_s, request_s;

    void add(CLI::App& command);
    [[nodiscard]] cost_model::serving::Slo slo() const;
};

/// What is asked of the service.
struct TrafficOptions {
    std::string workload = "chat";
    std::string arrivals;
    std::optional<double> rate;
    std::optional<std::string> prompt_tokens, output_tokens;  ///< a number, or JSON of a distribution
    std::uint64_t seed = 1;

    void add(CLI::App& command);
    [[nodiscard]] cost_model::serving::Traffic traffic() const;
};

}  // namespace ridge::cli
