// SPDX-License-Identifier: Apache-2.0
#include "cost_model/placement/collectives.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace ridge::cost_model {
namespace {

// NCCL, src/graph/tuning.cc (2.21): baseLat, hwLat and the share of the bandwidth that is payload: 1/2 of LL,
// whose words carry a flag each, 15/16 of LL128, all of Simple.
struct Protocol {
    double base_s;
    std::array<double, 3> hop_s;  // by LinkKind
    double payload;
};
constexpr Protocol tree_ll{6.8e-6, {0.6e-6, 1.0e-6, 5.0e-6}, 0.5};
constexpr Protocol ring_ll{6.6e-6, {0.6e-6, 1.0e-6, 2.7e-6}, 0.5};
constexpr Protocol ring_ll128{14.0e-6, {1.9e-6, 2.5e-6, 4.0e-6}, 0.9375};
constexpr Protocol ring_simple{8.4e-6, {3.4e-6, 5.7e-6, 14.0e-6}, 1.0};
constexpr std::array rings = {ring_ll, ring_ll128, ring_simple};

double real(std::int64_t value) { return static_cast<double>(value); }

double hop(const Protocol& protocol, const Link& link) {
    return protocol.hop_s[static_cast<std::size_t>(link.kind)];
}

double rate(const Link& link, double share) {
    return link.bytes_per_s * (share > 0 ? share : usual_link_share(link.kind));
}

// `rounds` of n - 1 steps around a ring that together move `bytes` through each device.
double ring_s(const Link& link, double ranks, double rounds, double bytes, double share) {
    double best = INFINITY;
    for (const auto& protocol : rings)
        best = std::min(best, protocol.base_s + rounds * (ranks - 1.0) * hop(protocol, link) +
                                  bytes / (rate(link, share) * protocol.payload));
    return best;
}

double tree_s(const Link& link, double ranks, double bytes, double share) {
    return tree_ll.base_s + 2.0 * std::ceil(std::log2(ranks)) * hop(tree_ll, link) +
           2.0 * bytes / (rate(link, share) * tree_ll.payload);
}

double reduce_on(const Link& link, double ranks, double bytes, double share) {
    const double ring = ring_s(link, ranks, 2.0, 2.0 * (ranks - 1.0) / ranks * bytes, share);
    return std::min(ring, tree_s(link, ranks, bytes, share));
}

// The members of one node, and one member of each node, of a group that spans several.
struct Levels {
    Group within, between;
};

std::optional<Levels> levels_of(const Topology& topology, const Group& group) {
    const auto in_node = std::max<std::int64_t>(1, topology.node_size / group.stride);
    if (group.ranks * group.stride <= topology.node_size || in_node < 2 || group.ranks % in_node != 0)
        return std::nullopt;
    return Levels{{in_node, group.stride}, {group.ranks / in_node, topology.node_size}};
}

}  // namespace

double usual_link_share(LinkKind kind) { return kind == LinkKind::pcie ? 12.0 / 15.75 : 20.0 / 25.0; }

double all_reduce_s(const Topology& topology, const Group& group, double bytes, double share) {
    if (group.ranks < 2) return 0.0;
    const auto levels = levels_of(topology, group);
    if (!levels) return reduce_on(link_of(topology, group), real(group.ranks), bytes, share);
    const double local = real(levels->within.ranks);
    return reduce_on(link_of(topology, levels->within), local, bytes, share) +
           reduce_on(topology.network, real(levels->between.ranks), bytes / local, share);
}

double all_gather_s(const Topology& topology, const Group& group, double bytes, double share) {
    if (group.ranks < 2) return 0.0;
    const double ranks = real(group.ranks);
    return ring_s(link_of(topology, group), ranks, 1.0, (ranks - 1.0) * bytes, share);
}

// Every pair exchanges at once, so a message has one hop; what stays in a node does not use the network.
double all_to_all_s(const Topology& topology, const Group& group, double bytes, double share) {
    if (group.ranks < 2) return 0.0;
    const double ranks = real(group.ranks), others = (ranks - 1.0) / ranks * bytes;
    const auto levels = levels_of(topology, group);
    const auto one_hop = [&](const Link& link, double sent) { return ring_s(link, 2.0, 1.0, sent, share); };
    if (!levels) return one_hop(link_of(topology, group), others);
    const double outside = (real(levels->between.ranks) - 1.0) / real(levels->between.ranks) * bytes;
    return std::max(one_hop(topology.network, outside),
                    one_hop(link_of(topology, levels->within), others - outside));
}

double send_over_s(const Link& link, double bytes, double share) {
    return ring_s(link, 2.0, 1.0, bytes, share);
}

double send_s(const Topology& topology, std::int64_t stride, double bytes, double share) {
    return send_over_s(link_of(topology, {2, stride}), bytes, share);
}

}  // namespace ridge::cost_model
