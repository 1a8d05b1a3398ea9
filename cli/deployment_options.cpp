// SPDX-License-Identifier: Apache-2.0
#include "cli/deployment_options.hpp"

namespace ridge::cli {

void DeploymentOptions::add(CLI::App& command) {
    command.add_option(
        "--parallel", parallel,
        "devices that serve the model together: tpN ppN epN dpN cpN, as in 'tp8 pp2' (default: one)");
    command.add_option("--prefill-parallel", prefill_parallel,
                       "prompts on replicas of their own, spread so, which send KV to the others: tp1");
    transfer.add(command);
    engine.add(command);
    command.add_option("--expert-weights", expert_weights,
                       "number format of routed experts' weights, where it differs from --weights");
    command.add_option("--node-size", node_size, "devices of a node (default: 8)");
    command.add_option("--link-bandwidth", link,
                       "bytes/s one way between a device and the others of its node (default: data sheet)");
    command.add_option("--network-bandwidth", network,
                       "bytes/s one way of each device to other nodes (default: 5e10, 400 Gbit/s)");
    command.add_option("--dram-bandwidth", dram,
                       "bytes/s of the host's memory for each device (default: 1.536e11)");
    command.add_option("--dram", dram_bytes, "bytes of the host's memory for each device (default: 2.56e11)");
    command.add_option("--ssd-bandwidth", ssd, "bytes/s of the drive of each device (default: 6.8e9)");
    command
        .add_option("--lever", levers,
                    "pull a lever: NAME or NAME=VALUE, several stack in the order given; see --list-levers")
        ->allow_extra_args(false);
}

cost_model::Deployment DeploymentOptions::deployment() const {
    cost_model::Deployment out;
    if (!parallel.empty()) out.parallelism = cost_model::parse_parallelism(parallel);
    if (!prefill_parallel.empty())
        out.prefill = {cost_model::parse_parallelism(prefill_parallel), transfer.bytes_per_s,
                       transfer.latency_s};
    out.topology = {.node_size = node_size, .link_bytes_per_s = link, .network_bytes_per_s = network};
    if (dram) out.tiers.dram_bytes_per_s = *dram;
    if (dram_bytes) out.tiers.dram_bytes = *dram_bytes;
    if (ssd) out.tiers.ssd_bytes_per_s = *ssd;
    return out;
}

std::vector<cost_model::LeverUse> DeploymentOptions::uses() const {
    std::vector<cost_model::LeverUse> out;
    for (const auto& text : levers) out.push_back(cost_model::parse_lever(text));
    return out;
}

}  // namespace ridge::cli
