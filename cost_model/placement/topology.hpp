// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/json.hpp"

namespace ridge::cost_model {

/// What a device's data sheet says of a way to other devices.
struct Interconnect {
    std::string name;                  ///< "NVLink 4", "PCIe 5.0 x16"
    double bandwidth_bytes_per_s = 0;  ///< as counted
    std::string counted;               ///< what the figure counts
    /// Of one device in one direction: half of what counts both, and of what does not say.
    [[nodiscard]] double one_way() const;
};

[[nodiscard]] std::vector<Interconnect> interconnects_from(const JsonReader& device);

/// How messages travel: latencies are those that NVIDIA's NCCL tunes by.
enum class LinkKind { direct, pcie, network };

/// What joins the members of a group.
struct Link {
    std::string name;
    LinkKind kind = LinkKind::direct;
    double bytes_per_s = 0;  ///< that one device sends at while it receives as much, on the data sheet
    bool assumed = false;    ///< no data sheet gives it
};

/// Devices of a node and the network between nodes.
struct Topology {
    std::int64_t node_size = 8;
    std::optional<Link> pair;  ///< a bridge that joins two devices only
    Link node;                 ///< between the devices of a node
    Link network;              ///< between nodes, for each device
    bool mesh = false;         ///< a wire to each neighbour: a group uses only those to its members
};

/// What the user knows better than the data sheet; empty: not given.
struct TopologyOptions {
    std::optional<std::int64_t> node_size = std::nullopt;
    std::optional<double> link_bytes_per_s =
        std::nullopt;  ///< one way, of a device to the others of its node
    std::optional<double> network_bytes_per_s = std::nullopt;  ///< one way, of a device to other nodes
};

/// The fastest of the device's links that joins a whole node, and a bridge of pairs beside it. A device
/// without any is assumed to sit in a PCIe 4.0 slot. Throws InputError for options that make no sense.
[[nodiscard]] Topology make_topology(const std::vector<Interconnect>& interconnects,
                                     const TopologyOptions& options = {});

/// The way from a device to its host: its PCIe slot, assumed to be of generation 4 where no data sheet says.
[[nodiscard]] Link host_link(const std::vector<Interconnect>& interconnects);

/// Members of a group that lie `stride` devices apart.
struct Group {
    std::int64_t ranks = 1;
    std::int64_t stride = 1;
};

/// The slowest link that a group needs.
[[nodiscard]] Link link_of(const Topology& topology, const Group& group);

}  // namespace ridge::cost_model
