// SPDX-License-Identifier: Apache-2.0
#include "cli/cost_options.hpp"

#include <algorithm>
#include <iostream>
#include <map>

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
    if (!options.activations.empty()) precisions.activations = NumberFormat::parse(options.activations);
    if (!options.weights.empty()) precisions.weights = NumberFormat::parse(options.weights);
    if (!options.kv.empty()) precisions.kv = NumberFormat::parse(options.kv);
    if (!options.sparsity.empty()) precisions.weight_sparsity = Sparsity::parse(options.sparsity);
    return workload;
}

// Price by device word; the empty word holds for every device that has none of its own.
using Prices = std::map<std::string, double>;

Prices parse_prices(const std::string& option, const std::vector<std::string>& texts,
                    const std::vector<std::string>& devices) {
    Prices prices;
    for (const auto& text : texts) {
        const auto equals = text.rfind('=');
        const auto device = equals == std::string::npos ? std::string() : text.substr(0, equals);
        if (!device.empty() && std::ranges::find(devices, device) == devices.end())
            throw InputError(option + " " + text + ": '" + device +
                             "' is none of the devices asked for: " + join(devices, ", "));
        prices[device] =
            parse_number(equals == std::string::npos ? text : text.substr(equals + 1), option + " " + text);
    }
    return prices;
}

std::optional<double> price_of(const Prices& prices, const std::string& device) {
    for (const auto& word : {device, std::string()})
        if (const auto found = prices.find(word); found != prices.end()) return found->second;
    return std::nullopt;
}

std::optional<cost_model::Electricity> electricity(const CostOptions& options) {
    if (!options.electricity_usd_per_kwh && !options.pue) return std::nullopt;
    auto out = cost_model::default_electricity();
    if (options.electricity_usd_per_kwh)
        out.usd_per_kwh = *options.electricity_usd_per_kwh, out.source = "given by the user";
    if (options.pue) out.pue = *options.pue;
    return out;
}

}  // namespace

void CostOptions::add(CLI::App& command) {
    devices.add(command);
    command.add_option("--model", model, "name, or path of a Hugging Face config.json (default: llama-2-7b)");
    command.add_option("--workload", workload,
                       "name or file: batch, lengths and precisions; the options below override it");
    command.add_option("--batch", batch, "sequences served at once (default: 1)");
    command.add_option("--prompt", prompt_tokens, "tokens of each prompt (default: 512)");
    command.add_option("--output-tokens", output_tokens, "tokens generated for each request (default: 256)");
    command.add_option("--activations", activations, "number format of activations (default: bf16)");
    command.add_option("--weights", weights, "number format of weights, e.g. int4:g128 (default: bf16)");
    command.add_option("--kv", kv, "number format of the KV cache (default: bf16)");
    command.add_option("--sparsity", sparsity,
                       "of the weights: dense, 2:4, block:16x16@0.125 (default: dense)");
    command
        .add_option("--price", prices,
                    "US dollars for a device and hour; DEVICE=USD for one device, several may be given")
        ->allow_extra_args(false);
    command
        .add_option("--assumed-price", assumed_prices,
                    "as --price, which goes before it, but the tables say that nobody asks or pays it")
        ->allow_extra_args(false);
    command.add_option("--electricity", electricity_usd_per_kwh,
                       "US dollars for a kWh, added to the price (for owned devices)");
    command.add_option("--pue", pue, "power usage effectiveness of the data centre, at least 1");
}

std::vector<cost_model::TokenCost> CostOptions::evaluate() const {
    const auto language_model = cost_model::load_model(model);
    const auto load = make_workload(*this);
    const auto given = parse_prices("--price", prices, devices.devices);
    const auto assumed = parse_prices("--assumed-price", assumed_prices, devices.devices);
    const auto models = devices.load();
    std::vector<cost_model::TokenCost> costs;
    for (std::size_t i = 0; i < models.size(); ++i) {
        cost_model::Economy economy{.usd_per_hour = price_of(given, devices.devices[i]),
                                    .electricity = electricity(*this)};
        if (!economy.usd_per_hour) {
            economy.usd_per_hour = price_of(assumed, devices.devices[i]);
            economy.price_assumed = economy.usd_per_hour.has_value();
        }
        costs.push_back(cost_model::evaluate(language_model, models[i], load, economy));
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
