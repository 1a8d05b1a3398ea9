// SPDX-License-Identifier: Apache-2.0
#include "cost_model/kernel/features/call_features.hpp"

#include <algorithm>
#include <cmath>

#include "cost_model/kernel/features.hpp"
#include "cost_model/kernel/features/attention_features.hpp"
#include "cost_model/kernel/features/collective_features.hpp"
#include "cost_model/kernel/features/expert_features.hpp"
#include "cost_model/kernel/features/gemm_features.hpp"
#include "cost_model/kernel/features/row_features.hpp"
#include "operators/catalogue.hpp"
#include "operators/gemm/gemm_call.hpp"

namespace ridge::cost_model {
namespace {

constexpr std::array<std::string_view, 6> level_names = {"DRAM", "L4", "L3", "L2", "L1", "cache"};

// A name that outlives the features; levels that a device names otherwise are all "cache".
std::string_view level_name(const std::string& name) {
    const auto found = std::ranges::find(level_names, name);
    return found == level_names.end() ? level_names.back() : *found;
}

// What bounds alike: products, prompts, decode steps, and what passes over rows.
std::string_view regime_of(const OperatorCall& call) {
    if (operators::is_gemm(call) || call.op == "conv2d" || call.op == "patch_embedding") return "gemm";
    if (call.op.starts_with("attention")) return attention_regime(call);
    return "rows";
}

// What holds for every operator: one launch, arithmetic and traffic at their ceilings, near in every
// dimension.
CallFeatures plain_features(const OperatorCall& call, const KernelConfig& config, CacheState cache,
                            const Machine& machine) {
    CallFeatures out;
    const auto bounds = make_features(call, config, cache, machine.device, machine.ceilings);
    out.latencies.add({"launch", 1});
    out.ceilings.add({"compute", bounds.compute_s});
    for (const auto& level : bounds.levels) out.ceilings.add({level_name(level.name), level.seconds});
    const auto& info = operators::find_operator(call.op);
    for (std::size_t i = 0; i < call.dimensions.size() && i < info.dimensions.size(); ++i)
        out.axes.add({info.dimensions[i].name, std::log2(static_cast<double>(call.dimensions[i].value))});
    out.regime = regime_of(call);
    return out;
}

using FeatureFunction = CallFeatures (*)(const OperatorCall&, const KernelConfig&, CacheState,
                                         const Machine&);

// The operators that need more than plain_features(): which, and how.
struct OperatorFeatures {
    bool (*concerns)(const OperatorCall& call, const Machine& machine);
    FeatureFunction features;
};

constexpr std::array<OperatorFeatures, 5> special = {{{is_accelerator_gemm, gemm_features},
                                                      {is_accelerator_attention, attention_features},
                                                      {is_expert_layer, expert_features},
                                                      {is_device_collective, collective_features},
                                                      {is_accelerator_rows, row_features}}};

}  // namespace

CallFeatures call_features(const OperatorCall& call, const KernelConfig& config, CacheState cache,
                           const Machine& machine) {
    for (const auto& entry : special)
        if (entry.concerns(call, machine)) return entry.features(call, config, cache, machine);
    return plain_features(call, config, cache, machine);
}

}  // namespace ridge::cost_model
