// SPDX-License-Identifier: Apache-2.0
#include "cost_model/serving/call_demand.hpp"

#include <algorithm>
#include <cmath>

#include "cost_model/network/model_config.hpp"
#include "operators/catalogue.hpp"

namespace ridge::cost_model {
namespace {

// Bytes of the call with dense weights over its own.
double bytes_gain(const OperatorCall& call) {
    auto dense = call;
    dense.sparsity = {};
    return operators::work(dense).bytes() / operators::work(call).bytes();
}

// Dense over executed arithmetic that the device could gain from the call's sparse weights.
double possible_gain(const OperatorCall& call, const DeviceModel& device) {
    const auto& sparsity = call.sparsity;
    if (sparsity.kind == Sparsity::Kind::dense) return 1.0;
    const double gain = 1.0 / sparsity.density();
    if (sparsity.kind == Sparsity::Kind::block || device.device.kind == "cpu") return gain;
    const bool known = sparsity.kind == Sparsity::Kind::n_of_m ? device.sparsity_pattern == sparsity.text()
                                                               : device.sparsity_pattern == "unstructured";
    return known ? std::min(gain, device.sparsity_max_ratio) : 1.0;
}

DemandKind kind_of(const NetworkCall& call) {
    const auto& op = call.call.op;
    if (call.role == "lm_head") return DemandKind::head;
    if (op.starts_with("attention") || op.starts_with("gemm_batched")) return DemandKind::attention;
    if (op.starts_with("gemm_grouped") || op.starts_with("expert_layer")) return DemandKind::experts;
    if (op.starts_with("conv2d") || op.starts_with("convolution2d")) return DemandKind::convolution;
    return op.starts_with("gemm") ? DemandKind::linear : DemandKind::elementwise;
}

const NumberFormat* operand(const OperatorCall& call, std::string_view name) {
    const auto found = std::ranges::find(call.operands, name, &Operand::name);
    return found == call.operands.end() ? nullptr : &found->format;
}

ArithmeticClass class_of(const OperatorCall& call) {
    const auto *a = operand(call, "a"), *w = operand(call, "w");
    return a && w ? arithmetic_of(*a, *w) : ArithmeticClass::f16;
}

double dimension(const OperatorCall& call, std::string_view name) {
    const auto found = std::ranges::find(call.dimensions, name, &Dimension::name);
    return found == call.dimensions.end() ? 0.0 : static_cast<double>(found->value);
}

// Of routed rows, each touched expert gets its part.
double rows_of(const OperatorCall& call, DemandKind kind) {
    const double rows = dimension(call, "m");
    if (kind == DemandKind::linear) return rows;
    if (kind != DemandKind::experts) return 0;
    const double experts = std::max(1.0, dimension(call, "experts"));
    return rows / (experts * (1 - std::pow(1 - 1 / experts, rows)));
}

// Kernels realise a share of what sparse weights could gain.
double unrealised(double gain, double share) { return gain / (1.0 + share * (gain - 1.0)); }

double tile_fill(const CallDemand& demand, double half_rows) {
    return demand.rows > 0 ? demand.rows / (demand.rows + half_rows) : 1.0;
}

struct Shares {
    double compute = 1, memory = 1;
};

// Of the ceilings; no kernel is faster than they are.
Shares shares_of(const CallDemand& demand, const EngineParameters& engine, const ShareFactors& efficiency) {
    double compute = engine.compute_share.value_or(efficiency.compute);
    double memory = engine.memory_share.value_or(efficiency.memory);
    const auto& arithmetic = engine.arithmetic[static_cast<std::size_t>(demand.arithmetic)];
    switch (demand.kind) {
        case DemandKind::experts:
            compute *= engine.experts.compute, memory *= engine.experts.memory;
            [[fallthrough]];
        case DemandKind::linear:
            compute *= arithmetic.compute * tile_fill(demand, engine.tile_rows), memory *= arithmetic.memory;
            break;
        case DemandKind::convolution:
            compute *= engine.convolution_compute * arithmetic.compute;
            break;
        case DemandKind::attention:
            compute = engine.attention_share.value_or(compute), memory = engine.cache_share.value_or(memory);
            break;
        case DemandKind::elementwise:
            memory *= engine.elementwise_memory;
            break;
        case DemandKind::head:
            break;
    }
    return {std::min(compute, 1.0), std::min(memory, 1.0)};
}

}  // namespace

PartSeconds& PartSeconds::operator+=(const PartSeconds& other) {
    compute += other.compute;
    memory += other.memory;
    launch += other.launch;
    communication += other.communication;
    return *this;
}

CallDemand demand_of(const NetworkCall& call, const Prediction& prediction, const DeviceModel& device) {
    CallDemand out{.kind = kind_of(call), .count = static_cast<double>(call.count)};
    out.arithmetic = class_of(call.call);
    out.rows = rows_of(call.call, out.kind);
    const bool known = prediction.kind != PredictionKind::roof;
    out.launch_s = prediction.launching_s;
    for (const auto& term : prediction.terms) {
        if (term.name == "launch") continue;
        if (term.name.starts_with("compute"))
            out.compute_s += term.seconds * (known ? 1.0 : device.compute_efficiency);
        else
            out.memory_s = std::max(out.memory_s, term.seconds * (known ? 1.0 : device.memory_efficiency));
    }
    if (known)
        out.known_s = prediction.time_s;
    else if (!call.call.sparsity.is_dense())
        out.compute_gain = possible_gain(call.call, device), out.memory_gain = bytes_gain(call.call);
    return out;
}

AloneSeconds alone_seconds(const CallDemand& demand, const EngineParameters& engine,
                           const ShareFactors& efficiency) {
    const auto shares = shares_of(demand, engine, efficiency);
    return {demand.compute_s * unrealised(demand.compute_gain, engine.sparse_share) / shares.compute,
            demand.memory_s * unrealised(demand.memory_gain, engine.sparse_share) / shares.memory};
}

double together(const AloneSeconds& alone, double norm) {
    constexpr double cubic = 3;
    const auto& [compute, memory] = alone;
    if (norm <= 0) return std::max(compute, memory);
    if (norm == cubic) return std::cbrt(compute * compute * compute + memory * memory * memory);
    return std::pow(std::pow(compute, norm) + std::pow(memory, norm), 1 / norm);
}

double harness_seconds(double launch_s, double kernel_s, const EngineParameters& engine) {
    return engine.call_s > 0 ? std::min(launch_s, kernel_s) : 0;
}

PartSeconds call_seconds(const CallDemand& demand, const EngineParameters& engine,
                         const ShareFactors& efficiency) {
    PartSeconds out;
    const double harness_s = harness_seconds(demand.launch_s, demand.kernel_s, engine);
    const double known_s =
        demand.known_s > 0 ? demand.known_s : (demand.kernel_s - harness_s) / engine.kernel_share;
    if (known_s > 0) {
        out.launch = harness_s > 0 && demand.known_s <= 0 ? 0 : std::min(demand.launch_s, known_s);
        (demand.compute_s > demand.memory_s ? out.compute : out.memory) = known_s - out.launch;
    } else {
        const auto alone = alone_seconds(demand, engine, efficiency);
        (alone.compute > alone.memory ? out.compute : out.memory) = together(alone, engine.overlap_norm);
    }
    out.launch += engine.call_s;
    return out * demand.count;
}

}  // namespace ridge::cost_model
