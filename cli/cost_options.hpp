// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cli/deployment_options.hpp"
#include "cli/device_choice.hpp"
#include "cli/money_options.hpp"
#include "cli/precision_options.hpp"
#include "core/error.hpp"
#include "cost_model/token_cost.hpp"

namespace ridge::cli {

/// What `ridge cost` and `ridge report` price: a model, devices, a workload and what the user pays.
struct CostOptions {
    DeviceOptions devices;
    PrecisionOptions stored;
    std::string workload;
    std::optional<std::int64_t> batch, prompt_tokens, output_tokens;
    MoneyOptions money;

    DeploymentOptions serving;

    void add(CLI::App& command);
    /// What is asked of each device, in the order given, no lever pulled. Throws InputError as evaluate()
    /// does.
    [[nodiscard]] std::vector<cost_model::Scenario> scenarios() const;
    /// One answer for each device, in the order given, all levers pulled. Throws InputError for anything that
    /// makes no sense.
    [[nodiscard]] std::vector<cost_model::TokenCost> evaluate() const;
};

/// Says on stderr which devices have no price and why; done, or incomplete when there is one.
[[nodiscard]] ExitCode report_refusals(const std::vector<cost_model::TokenCost>& costs);

}  // namespace ridge::cli
