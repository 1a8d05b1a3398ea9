// SPDX-License-Identifier: Apache-2.0
#include "cost_model/ceilings.hpp"

namespace ridge::cost_model {
namespace {

constexpr const char* outermost = "DRAM";

// What a precision is widened to where the device has no arithmetic for it.
std::optional<Precision> next_wider(Precision precision) {
    switch (precision) {
        case Precision::fp8_e5m2:
            return Precision::fp8_e4m3;
        case Precision::fp4_e2m1:
        case Precision::fp8_e8m0:
            return Precision::fp8_e4m3;
        case Precision::fp8_e4m3:
            return Precision::fp16;
        case Precision::int4:
            return Precision::int8;
        case Precision::int8:
            return Precision::fp16;
        case Precision::fp16:  // bf16 has fewer bits of significand: no widening
        case Precision::bf16:
        case Precision::tf32:
            return Precision::fp32;
        case Precision::fp32:
        case Precision::int32:
            return Precision::fp64;
        case Precision::fp64:
            return std::nullopt;
    }
    return std::nullopt;
}

void raise(Ceiling& ceiling, const Roof& roof) {
    if (ceiling.provenance == Provenance::measured && ceiling.rate >= roof.rate) return;
    ceiling = {roof.rate, Provenance::measured, roof.probe.text()};
}

std::string data_sheet(const Device& device) { return "data sheet of " + device.name; }

}  // namespace

Ceilings make_ceilings(const Device& device, const std::vector<Roof>& roofs) {
    Ceilings out;
    for (const auto& [precision, rate] : device.peak_flops)
        out.compute[precision] = {rate, Provenance::specified, data_sheet(device)};
    if (device.memory_bandwidth_bytes_per_s > 0)
        out.bandwidth[outermost] = {device.memory_bandwidth_bytes_per_s, Provenance::specified,
                                    data_sheet(device)};
    for (const auto& roof : roofs) {
        if (roof.provenance != Provenance::measured || roof.probe.scope != "device" || !(roof.rate > 0))
            continue;
        if (roof.probe.kind == RoofProbe::Kind::compute)
            raise(out.compute[roof.probe.precision], roof);
        else
            raise(out.bandwidth[roof.probe.level], roof);
        if (roof.probe.mix == "read") raise(out.read[roof.probe.level], roof);
    }
    return out;
}

void add_links(Ceilings& ceilings, const std::vector<Interconnect>& interconnects) {
    const auto topology = make_topology(interconnects);
    const auto add = [&](const char* way, const Link& link) {
        ceilings.bandwidth.try_emplace(way, Ceiling{link.bytes_per_s, Provenance::specified, link.name});
    };
    add("link", topology.node);
    add("network", topology.network);
    if (topology.pair) add("pair", *topology.pair);
}

std::optional<ComputeCeiling> compute_ceiling(const Ceilings& ceilings, Precision wanted) {
    std::optional<ComputeCeiling> best;
    for (std::optional<Precision> tried = wanted; tried; tried = next_wider(*tried)) {
        const auto found = ceilings.compute.find(*tried);
        if (found != ceilings.compute.end() && (!best || found->second.rate > best->ceiling.rate))
            best = ComputeCeiling{*tried, found->second};
    }
    return best;
}

const Ceiling* bandwidth_ceiling(const Ceilings& ceilings, const std::string& level, double read_share) {
    constexpr double mostly_read = 0.75;
    const auto read = ceilings.read.find(level);
    if (read_share >= mostly_read && read != ceilings.read.end()) return &read->second;
    const auto best = ceilings.bandwidth.find(level);
    return best == ceilings.bandwidth.end() ? nullptr : &best->second;
}

const Ceiling* memory_ceiling(const Ceilings& ceilings) {
    const auto found = ceilings.bandwidth.find(outermost);
    return found == ceilings.bandwidth.end() ? nullptr : &found->second;
}

}  // namespace ridge::cost_model
