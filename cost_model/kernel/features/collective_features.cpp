// SPDX-License-Identifier: Apache-2.0
#include "cost_model/kernel/features/collective_features.hpp"

#include <algorithm>
#include <cmath>

#include "cost_model/kernel/features/device_limits.hpp"
#include "operators/catalogue.hpp"
#include "operators/collectives/collectives_call.hpp"

namespace ridge::cost_model {
namespace {

double nodes_of(const KernelConfig& config, double ranks) {
    const auto found = config.values().find("ranks_per_node");
    if (found == config.values().end()) return 1;
    const auto* each = std::get_if<std::int64_t>(&found->second);
    return each && *each > 0 ? std::max(1.0, parts(ranks, static_cast<double>(*each))) : 1;
}

}  // namespace

bool is_device_collective(const OperatorCall& call, const Machine& machine) {
    return machine.device.kind != "cpu" && operators::bus_bytes(call).has_value();
}

CallFeatures collective_features(const OperatorCall& call, const KernelConfig& config, CacheState,
                                 const Machine& machine) {
    const auto work = operators::work(call);
    const double ranks = static_cast<double>(call.dimension("ranks"));
    const double array = static_cast<double>(call.dimension("n")) * call.operand("x").bits_per_element() / 8;
    CallFeatures out;
    out.regime = "collective";
    out.latencies.add({"launch", 1});
    out.latencies.add({"hop", (ranks - 1) * (call.op == "all_reduce" ? 2 : 1)});
    out.latencies.add({"tree", std::log2(ranks)});
    out.ceilings.add({"link", link_seconds(operators::bus_bytes(call).value_or(0), machine)});
    out.ceilings.add({"DRAM", memory_seconds(work.bytes() / ranks, CacheState::cold, machine)});
    out.axes.add({"bytes", log2_at_least_1(array)});
    out.axes.add({"ranks", std::log2(ranks)});
    out.axes.add({"nodes", std::log2(nodes_of(config, ranks))});
    return out;
}

}  // namespace ridge::cost_model
