// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cost_model/placement/topology.hpp"

/// Time of what the devices of a group exchange: latency of each hop and bytes over a link's bandwidth,
///     ring  base + 2 (n - 1) hop + 2 (n - 1) / n · bytes / rate
///     tree  base + 2 log2(n) hop + 2 · bytes / rate
/// with the base, hops and shares of three protocols, the fastest of them taken. Over several nodes sums go
/// in three steps: within each node, between nodes by every device with its part, within each node again.
namespace ridge::cost_model {

/// Share of a data sheet's bandwidth that messages get: NCCL counts 20 of NVLink's 25 GB/s, and 12 of the
/// 15.75 GB/s of PCIe 3.0 x16 (src/graph/topo.h, SM80_NVLINK_BW and PCI_BW).
[[nodiscard]] double usual_link_share(LinkKind kind);

/// `share` of the bandwidth, 0: the usual one of each link. `bytes` are each rank's array. Seconds.
[[nodiscard]] double all_reduce_s(const Topology& topology, const Group& group, double bytes,
                                  double share = 0);
/// Every rank brings `bytes` and gets those of all.
[[nodiscard]] double all_gather_s(const Topology& topology, const Group& group, double bytes,
                                  double share = 0);
/// Every rank has `bytes` for the others together, in equal parts.
[[nodiscard]] double all_to_all_s(const Topology& topology, const Group& group, double bytes,
                                  double share = 0);
[[nodiscard]] double send_over_s(const Link& link, double bytes, double share = 0);
/// From one device to the one `stride` further.
[[nodiscard]] double send_s(const Topology& topology, std::int64_t stride, double bytes, double share = 0);

}  // namespace ridge::cost_model
