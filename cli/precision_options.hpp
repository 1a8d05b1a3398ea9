// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "cost_model/network/network_call.hpp"
#include "cost_model/serving/engine_choice.hpp"

namespace ridge::cli {

/// A model and how its numbers are stored.
struct PrecisionOptions {
    std::string model = "llama-2-7b";
    std::string activations, weights, kv, sparsity;  ///< empty: the workload's

    void add(CLI::App& command);
    /// Puts what was said in the place of what is there.
    void apply(cost_model::Precisions& precisions) const;
};

/// Whose overheads and shares of the ceilings a service has.
struct EngineOption {
    std::string engine = cost_model::usual_engine;

    void add(CLI::App& command);
    [[nodiscard]] cost_model::EngineChoice choice() const { return cost_model::EngineChoice(engine); }
};

}  // namespace ridge::cli
