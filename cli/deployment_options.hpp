// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cli/precision_options.hpp"
#include "cli/transfer_options.hpp"
#include "cost_model/levers/lever.hpp"

namespace ridge::cli {

/// How a model is served: parallelism, engine, links, memory tiers and levers.
struct DeploymentOptions {
    std::string parallel, expert_weights;
    std::string prefill_parallel;  ///< of a pool that only does prompts; empty: there is none
    TransferOptions transfer;
    EngineOption engine;
    std::optional<std::int64_t> node_size;
    std::optional<double> link, network, dram, ssd;  ///< bytes/s
    std::optional<double> dram_bytes;
    std::vector<std::string> levers;  ///< "weights=int4:g128"

    void add(CLI::App& command);
    /// Throws InputError for a word or number that makes no sense.
    [[nodiscard]] cost_model::Deployment deployment() const;
    [[nodiscard]] std::vector<cost_model::LeverUse> uses() const;
};

}  // namespace ridge::cli
