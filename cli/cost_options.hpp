// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cli/device_choice.hpp"
#include "core/error.hpp"
#include "cost_model/token_cost.hpp"

namespace ridge::cli {

/// What `ridge cost` and `ridge report` price: a model, devices, a workload and what the user pays.
struct CostOptions {
    DeviceOptions devices;
    std::string model = "llama-2-7b";
    std::string workload;
    std::optional<std::int64_t> batch, prompt_tokens, output_tokens;
    std::string activations, weights, kv, sparsity;  ///< empty: the workload's
    std::vector<std::string> prices;                 ///< "2.10", or "h100-sxm=2.10"
    std::vector<std::string> assumed_prices;         ///< likewise
    std::optional<double> electricity_usd_per_kwh, pue;

    void add(CLI::App& command);
    /// One answer for each device, in the order given. Throws InputError for anything that makes no sense.
    [[nodiscard]] std::vector<cost_model::TokenCost> evaluate() const;
};

/// Says on stderr which devices have no price and why; done, or incomplete when there is one.
[[nodiscard]] ExitCode report_refusals(const std::vector<cost_model::TokenCost>& costs);

}  // namespace ridge::cli
