// SPDX-License-Identifier: Apache-2.0
#include "cost_model/kernel/features/row_features.hpp"

#include <algorithm>
#include <cmath>

#include "cost_model/kernel/features/device_limits.hpp"
#include "operators/catalogue.hpp"

namespace ridge::cost_model {
namespace {

constexpr double block_elements = 1024;  // 256 threads with 4 elements each, as vectorised kernels have
constexpr double blocks_at_a_time = 8;   // of 256 threads, on a unit with room for 2048 (NVIDIA since Volta)

// That are written; a table's other rows are not touched.
double elements_of(const OperatorCall& call) {
    double elements = 1;
    for (const auto& dimension : call.dimensions)
        if (dimension.name != "vocab") elements *= static_cast<double>(dimension.value);
    return elements;
}

}  // namespace

bool is_accelerator_rows(const OperatorCall& call, const Machine& machine) {
    return machine.device.kind != "cpu" && call.dimensions.size() <= 3 && !call.dimensions.empty() &&
           call.dimensions.front().name == "rows";
}

CallFeatures row_features(const OperatorCall& call, const KernelConfig&, CacheState cache,
                          const Machine& machine) {
    const auto work = operators::work(call);
    const double rows = static_cast<double>(call.dimensions.front().value);
    const double length = elements_of(call) / rows;
    const double blocks = std::max(rows, parts(elements_of(call), block_elements));
    CallFeatures out;
    out.regime = "rows";
    out.latencies.add({"launch", 1});
    out.latencies.add({"block", parts(blocks, unit_count(machine) * blocks_at_a_time)});
    out.latencies.add({"row", parts(length, block_elements)});
    out.ceilings.add({"compute", compute_seconds(work.flop, work.compute, machine)});
    out.ceilings.add({"DRAM", memory_seconds(work.bytes(), cache, machine)});
    // What comes from memory too: a group measured within the cache then goes on beyond it.
    out.ceilings.add({"L2", memory_seconds(work.bytes(), CacheState::cold, machine)});
    const auto& info = operators::find_operator(call.op);
    for (std::size_t i = 0; i < call.dimensions.size(); ++i)
        out.axes.add(
            {info.dimensions[i].name, log2_at_least_1(static_cast<double>(call.dimensions[i].value))});
    out.axes.add({"bytes", log2_at_least_1(work.bytes())});
    return out;
}

}  // namespace ridge::cost_model
