// SPDX-License-Identifier: Apache-2.0
#include "cost_model/kernel/features/collective_features.hpp"

#include <algorithm>
#include <cmath>

#include "cost_model/kernel/features/device_limits.hpp"
#include "operators/catalogue.hpp"
#include "operators/collectives/collectives_call.hpp"

namespace ridge::cost_model {
namespace {

// Parts, what each has to send to others at least, and how many nodes they are on.
struct Exchange {
    double ranks = 2, bytes = 0, nodes = 1;
};

bool is_expert_exchange(const OperatorCall& call) {
    return call.op == "expert_dispatch" || call.op == "expert_combine";
}

double dimension_of(const OperatorCall& call, std::string_view name) {
    return static_cast<double>(call.dimension(name));
}

double array_bytes(const OperatorCall& call) {
    return dimension_of(call, "n") * call.operand("x").bits_per_element() / 8;
}

double nodes_of(const KernelConfig& config, double ranks) {
    const auto found = config.values().find("ranks_per_node");
    if (found == config.values().end()) return 1;
    const auto* each = std::get_if<std::int64_t>(&found->second);
    return each && *each > 0 ? std::max(1.0, parts(ranks, static_cast<double>(*each))) : 1;
}

// A token goes to other parts for each of its experts that is not here.
double sent_bytes(const OperatorCall& call, double ranks) {
    if (call.op == "send_recv") return array_bytes(call);
    if (!is_expert_exchange(call)) return operators::bus_bytes(call).value_or(0);
    return array_bytes(call) * dimension_of(call, "tokens") * dimension_of(call, "k") * (ranks - 1) / ranks;
}

Exchange exchange_of(const OperatorCall& call, const KernelConfig& config) {
    Exchange out;
    if (call.op != "send_recv") out.ranks = dimension_of(call, "ranks");
    out.bytes = sent_bytes(call, out.ranks);
    out.nodes = nodes_of(config, out.ranks);
    return out;
}

void add_axes(CallFeatures& out, const OperatorCall& call, const Exchange& exchange) {
    out.axes.add({"bytes", log2_at_least_1(array_bytes(call))});
    out.axes.add({"ranks", std::log2(exchange.ranks)});
    out.axes.add({"nodes", std::log2(exchange.nodes)});
    if (!is_expert_exchange(call)) return;
    for (const std::string_view name : {"tokens", "k", "experts"})
        out.axes.add({name, log2_at_least_1(dimension_of(call, name))});
}

}  // namespace

bool is_device_collective(const OperatorCall& call, const Machine& machine) {
    return machine.device.kind != "cpu" &&
           (operators::bus_bytes(call).has_value() || is_expert_exchange(call) || call.op == "send_recv");
}

CallFeatures collective_features(const OperatorCall& call, const KernelConfig& config, CacheState,
                                 const Machine& machine) {
    const auto work = operators::work(call);
    const auto exchange = exchange_of(call, config);
    const bool in_node = exchange.nodes < exchange.ranks, pair = in_node && exchange.ranks == 2;
    CallFeatures out;
    out.regime = "collective";
    out.latencies.add({"launch", 1});
    out.latencies.add({"hop", (exchange.ranks - 1) * (call.op == "all_reduce" ? 2 : 1)});
    out.latencies.add({"tree", std::log2(exchange.ranks)});
    out.latencies.add({"node", std::log2(exchange.nodes)});
    out.ceilings.add({"link", in_node ? link_seconds(exchange.bytes, pair ? "pair" : "link", machine) : 0});
    out.ceilings.add({"network", exchange.nodes > 1 ? link_seconds(exchange.bytes, "network", machine) : 0});
    out.ceilings.add({"DRAM", memory_seconds(work.bytes() / exchange.ranks, CacheState::cold, machine)});
    add_axes(out, call, exchange);
    return out;
}

}  // namespace ridge::cost_model
