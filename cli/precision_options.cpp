// SPDX-License-Identifier: Apache-2.0
#include "cli/precision_options.hpp"

namespace ridge::cli {

void PrecisionOptions::add(CLI::App& command) {
    command.add_option("--model", model, "name, or path of a Hugging Face config.json (default: llama-2-7b)");
    command.add_option("--activations", activations,
                       "number format of activations (default: the workload's, bf16)");
    command.add_option("--weights", weights, "number format of weights, e.g. int4:g128 (default: likewise)");
    command.add_option("--kv", kv, "number format of the KV cache (default: likewise)");
    command.add_option("--sparsity", sparsity,
                       "of the weights: dense, 2:4, block:16x16@0.125 (default: likewise, dense)");
}

void PrecisionOptions::apply(cost_model::Precisions& precisions) const {
    if (!activations.empty()) precisions.activations = NumberFormat::parse(activations);
    if (!weights.empty()) precisions.weights = NumberFormat::parse(weights);
    if (!kv.empty()) precisions.kv = NumberFormat::parse(kv);
    if (!sparsity.empty()) precisions.weight_sparsity = Sparsity::parse(sparsity);
}

void EngineOption::add(CLI::App& command) {
    command.add_option(
        "--engine", engine,
        "serving engine, as fitted on published measurements: vllm, trtllm, sglang …; ideal: no "
        "overhead, least times; or the path of a file (default: typical)");
}

}  // namespace ridge::cli
