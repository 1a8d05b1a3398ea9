// SPDX-License-Identifier: Apache-2.0
#include "db/import/physical_floor.hpp"

#include <algorithm>

#include "core/caches.hpp"
#include "operators/catalogue.hpp"

namespace ridge::db {
namespace {

// A rate that nothing in this precision exceeds: where the data sheet has no figure, the device's highest.
// Libraries may run fp32 on the path for tf32.
double highest_rate(const Device& device, Precision precision) {
    double found = 0, highest = 0;
    for (const auto& [of, rate] : device.peak_flops) {
        highest = std::max(highest, rate);
        if (of == precision || (of == Precision::tf32 && precision == Precision::fp32))
            found = std::max(found, rate);
    }
    return found > 0 ? found : highest;
}

// Devices that the work of a call is spread over.
double devices_of(const OperatorCall& call) {
    if (call.op == "send_recv") return 2;
    const auto found = std::ranges::find(call.dimensions, "ranks", &Dimension::name);
    return found == call.dimensions.end() ? 1.0 : static_cast<double>(found->value);
}

}  // namespace

PhysicalFloor physical_floor(const OperatorCall& call, const Device& device) {
    const auto work = operators::work(call);
    const double devices = devices_of(call), rate = highest_rate(device, work.compute);
    const double compute_s = rate > 0 ? work.flop / devices / rate : 0.0;
    const double cache = last_cache_bytes(device), bandwidth = device.memory_bandwidth_bytes_per_s;
    // Without the cache's size nobody knows what it holds.
    const double beyond = cache > 0 ? std::max(0.0, work.bytes() / devices - cache) : 0.0;
    const bool strict = !call.op.starts_with("expert_layer") && call.op != "conv2d";
    return {std::max(compute_s, bandwidth > 0 ? beyond / bandwidth : 0.0), strict};
}

}  // namespace ridge::db
