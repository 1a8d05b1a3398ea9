// SPDX-License-Identifier: Apache-2.0
#include "cost_model/kernel/features/expert_features.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "cost_model/kernel/features/device_limits.hpp"
#include "cost_model/kernel/features/expert_load.hpp"

namespace ridge::cost_model {
namespace {

constexpr double tile_columns = 128;  // of a grouped product's result, as for gemm
constexpr double step_elements = 64;  // of k, as for gemm
constexpr double row_copies = 2;      // into the order of experts, and back with weights

ExpertLoad load_of(const KernelConfig& config) {
    const auto found = config.values().find("load");
    if (found == config.values().end()) return {};
    const auto* text = std::get_if<std::string>(&found->second);
    return ExpertLoad::parse(text ? *text : std::string());
}

// Of one row of `dimension` features between the parts of a layer.
double row_bytes(const OperatorCall& call, const std::string& dimension) {
    return static_cast<double>(call.dimension(dimension)) * call.operand("y").bits_per_element() / 8.0;
}

// Rows copied between their place and their expert's, read and written.
double copied_bytes(const OperatorCall& call, const BusiestRank& rank) {
    return row_copies * 2 * rank.share.rows * row_bytes(call, "hidden");
}

// Kernels that do not know how many pairs of token and expert are this rank's own keep a slot for every pair,
// and write and read all of them between products, activation and sum (vLLM's fused_experts: caches of tokens
// times k rows, with those of other ranks' experts zero).
double slot_bytes(const OperatorCall& call) {
    const double slots =
        static_cast<double>(call.dimension("tokens")) * static_cast<double>(call.dimension("k"));
    constexpr double between = 3;  // both halves of the first product's result, and what is left of them
    return 2 * slots * (between * row_bytes(call, "inter") + row_bytes(call, "hidden"));
}

// Every token's row comes in and goes out, whether one of this rank's experts has it or not.
double token_bytes(const OperatorCall& call) {
    return 2 * static_cast<double>(call.dimension("tokens")) * row_bytes(call, "hidden");
}

double busiest_steps(const OperatorCall& call, const BusiestRank& rank, double units) {
    const double columns = parts(static_cast<double>(call.dimension("inter")), tile_columns);
    const double tiles = rank.padded_rows / expert_tile_rows * columns;
    return parts(tiles, units) * static_cast<double>(call.dimension("hidden")) / step_elements;
}

void add_axes(CallFeatures& out, const OperatorCall& call, const BusiestRank& rank) {
    const auto add = [&](std::string_view name, double value) {
        out.axes.add({name, log2_at_least_1(value)});
    };
    for (const std::string_view name : {"tokens", "hidden", "inter", "k", "experts", "local_experts"})
        add(name, static_cast<double>(call.dimension(name)));
    add("rows", rank.share.rows);
    add("touched", rank.share.experts);
    add("busiest", rank.most_rows);
    add("spread", rank.most_rows * rank.share.experts / std::max(1e-9, rank.share.rows));
}

}  // namespace

bool is_expert_layer(const OperatorCall& call, const Machine&) { return call.op.starts_with("expert_layer"); }

CallFeatures expert_features(const OperatorCall& call, const KernelConfig& config, CacheState cache,
                             const Machine& machine) {
    const auto rank = busiest_rank(call, load_of(config));
    const auto work = operators::expert_layer_work(call, rank.share);
    const double filled = rank.padded_rows / std::max(1e-9, rank.share.rows);
    CallFeatures out;
    out.regime = "experts";
    out.latencies.add({"launch", 1});
    out.latencies.add({"step", busiest_steps(call, rank, unit_count(machine))});
    out.latencies.add({"expert", rank.share.experts});
    out.latencies.add({"pass", pass_count(copied_bytes(call, rank), machine)});
    out.latencies.add({"slot", pass_count(slot_bytes(call), machine)});
    out.latencies.add({"token", pass_count(token_bytes(call), machine)});
    out.ceilings.add({"compute", compute_seconds(work.flop * filled, work.compute, machine)});
    out.ceilings.add({"DRAM", memory_seconds(work.bytes(), cache, machine)});
    out.ceilings.add({"L2", shared_cache_seconds(work.bytes(), cache, machine)});
    add_axes(out, call, rank);
    return out;
}

}  // namespace ridge::cost_model
