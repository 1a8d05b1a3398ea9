// SPDX-License-Identifier: Apache-2.0
#include "cost_model/placement/topology.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/text.hpp"

namespace ridge::cost_model {
namespace {

// PCIe 4.0 x16: 16 GT/s · 16 lanes · 128/130 one way (PCI-SIG).
constexpr double pcie4_bytes_per_s = 31.5e9;
// A 400 Gbit/s adapter for each device, as in NVIDIA's DGX H100 (data sheet: eight ConnectX-7).
constexpr double adapter_bytes_per_s = 50e9;

bool holds(const std::string& text, std::string_view word) { return text.find(word) != std::string::npos; }

bool is_pcie(const Interconnect& one) { return holds(one.name, "PCIe"); }

bool is_bridge(const Interconnect& one) { return holds(one.name, "bridge"); }

// Links that run from each device to each other one of the node, without a switch: AMD's Infinity Fabric
// (CDNA 3 white paper, 7 links to 7 neighbours), Gaudi's ports (Gaudi 3 white paper, 3 to each neighbour),
// Huawei's HCCS.
bool is_mesh(const Interconnect& one) {
    return holds(one.name, "Infinity Fabric") || holds(one.name, "RoCE") || holds(one.name, "HCCS");
}

Link link_from(const Interconnect& one) {
    return {.name = one.name,
            .kind = is_pcie(one) ? LinkKind::pcie : LinkKind::direct,
            .bytes_per_s = one.one_way(),
            .assumed = false};
}

const Interconnect* fastest(const std::vector<Interconnect>& all, bool bridges) {
    const Interconnect* best = nullptr;
    for (const auto& one : all)
        if (is_bridge(one) == bridges && (!best || one.one_way() > best->one_way())) best = &one;
    return best;
}

double given_rate(double value, const char* what) {
    if (!std::isfinite(value) || value < 1e6 || value > 1e14)
        throw InputError(std::string(what) + " is " + number_text(value) +
                         " bytes/s, should be between 1e6 and 1e14");
    return value;
}

void apply(Topology& out, const TopologyOptions& options) {
    if (options.node_size) {
        if (*options.node_size < 1 || *options.node_size > 4096)
            throw InputError("node size is " + std::to_string(*options.node_size) +
                             " devices, should be between 1 and 4096");
        out.node_size = *options.node_size;
    }
    if (options.link_bytes_per_s) {
        out.node = {.name = "link as given",
                    .kind = out.node.kind,
                    .bytes_per_s = given_rate(*options.link_bytes_per_s, "link bandwidth"),
                    .assumed = false};
        out.pair.reset();
        out.mesh = false;
    }
    if (options.network_bytes_per_s)
        out.network = {.name = "network as given",
                       .kind = LinkKind::network,
                       .bytes_per_s = given_rate(*options.network_bytes_per_s, "network bandwidth"),
                       .assumed = false};
}

}  // namespace

double Interconnect::one_way() const {
    return holds(counted, "per direction") ? bandwidth_bytes_per_s : bandwidth_bytes_per_s / 2.0;
}

std::vector<Interconnect> interconnects_from(const JsonReader& device) {
    std::vector<Interconnect> out;
    if (const auto list = device.find("interconnect"))
        for (const auto& one : list->items())
            out.push_back({one.at("name").text(), one.at("bandwidth_bytes_per_s").positive(),
                           one.at("counted").text()});
    return out;
}

Topology make_topology(const std::vector<Interconnect>& interconnects, const TopologyOptions& options) {
    Topology out;
    if (const auto* bridge = fastest(interconnects, true)) out.pair = link_from(*bridge);
    if (const auto* whole = fastest(interconnects, false)) {
        out.node = link_from(*whole);
        out.mesh = is_mesh(*whole);
    } else {
        out.node = {"PCIe 4.0 x16, assumed", LinkKind::pcie, pcie4_bytes_per_s, true};
    }
    out.network = {"network of 400 Gbit/s for each device, assumed", LinkKind::network, adapter_bytes_per_s,
                   true};
    apply(out, options);
    return out;
}

Link host_link(const std::vector<Interconnect>& interconnects) {
    for (const auto& one : interconnects)
        if (is_pcie(one)) return link_from(one);
    return {"PCIe 4.0 x16, assumed", LinkKind::pcie, pcie4_bytes_per_s, true};
}

Link link_of(const Topology& topology, const Group& group) {
    const auto reach = group.ranks * group.stride;
    if (reach > topology.node_size) return topology.network;
    if (topology.pair && reach <= 2) return *topology.pair;
    auto link = topology.node;
    if (topology.mesh && topology.node_size > 1)
        link.bytes_per_s *=
            static_cast<double>(group.ranks - 1) / static_cast<double>(topology.node_size - 1);
    return link;
}

}  // namespace ridge::cost_model
