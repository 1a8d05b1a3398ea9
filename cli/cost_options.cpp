// SPDX-License-Identifier: Apache-2.0
#include "cli/cost_options.hpp"

#include <iostream>

#include "core/error.hpp"
#include "core/text.hpp"

namespace ridge::cli {
namespace {

cost_model::Workload make_workload(const CostOptions& options) {
    auto workload =
        options.workload.empty() ? cost_model::Workload{} : cost_model::load_workload(options.workload);
    if (options.batch) workload.batch = *options.batch;
    if (options.prompt_tokens) workload.prompt_tokens = *options.prompt_tokens;
    if (options.output_tokens) workload.output_tokens = *options.output_tokens;
    auto& precisions = workload.precisions;
    options.stored.apply(precisions);
    if (!options.serving.expert_weights.empty())
        precisions.expert_weights = NumberFormat::parse(options.serving.expert_weights);
    return workload;
}

}  // namespace

void CostOptions::add(CLI::App& command) {
    devices.add(command);
    serving.add(command);
    stored.add(command);
    command.add_option("--workload", workload,
                       "name or file: batch, lengths and precisions; the options below override it");
    command.add_option("--batch", batch, "sequences served at once (default: 1)");
    command.add_option("--prompt", prompt_tokens, "tokens of each prompt (default: 512)");
    command.add_option("--output-tokens", output_tokens, "tokens generated for each request (default: 256)");
    money.add(command);
}

std::vector<cost_model::Scenario> CostOptions::scenarios() const {
    auto deployment = serving.deployment();
    const auto engine = serving.engine.choice();
    const auto language_model = cost_model::load_model(stored.model);
    const auto load = make_workload(*this);
    auto models = devices.load();
    std::vector<cost_model::Scenario> out;
    for (std::size_t i = 0; i < models.size(); ++i) {
        deployment.engine = engine.on(models[i]);
        out.push_back({language_model, std::move(models[i]), load,
                       money.economy(devices.devices[i], devices.devices), deployment});
    }
    return out;
}

std::vector<cost_model::TokenCost> CostOptions::evaluate() const {
    const auto uses = serving.uses();
    std::vector<cost_model::TokenCost> costs;
    for (auto& scenario : scenarios()) {
        for (const auto& use : uses) cost_model::pull(scenario, use);
        costs.push_back(cost_model::evaluate(scenario));
    }
    return costs;
}

ExitCode report_refusals(const std::vector<cost_model::TokenCost>& costs) {
    auto code = ExitCode::done;
    for (const auto& cost : costs) {
        if (cost.verdict == cost_model::Verdict::ok) continue;
        std::cerr << "ridge: " << cost.device << ": " << cost.reason << '\n';
        code = ExitCode::incomplete;
    }
    return code;
}

}  // namespace ridge::cli
