// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cost_model/kernel/features/call_features.hpp"

namespace ridge::cost_model {

/// all_reduce, all_gather, reduce_scatter, all_to_all, send_recv and the exchanges of experts between devices
/// other than processors.
[[nodiscard]] bool is_device_collective(const OperatorCall& call, const Machine& machine);

/// Ceilings, in seconds: link (what each part has to send, operators::bus_bytes, over the way between devices
/// of a node; between two of them over the bridge of pairs where there is one), network (the same between
/// nodes), DRAM (a part's own share of the traffic with memory).
/// Latencies: launch; hop (neighbours of a ring: ranks - 1, twice that for all_reduce; Patarasuk and Yuan,
/// "Bandwidth optimal all-reduce", 2009); tree (levels of a tree of the ranks; Sanders et al. 2009, as NCCL
/// uses for short messages); node (levels of a tree of the nodes).
/// Axes, log2: bytes of a part's array, ranks, nodes, of experts also tokens, k and experts. Bytes rather
/// than elements, so that formats of one size are the same message. `config` may have "ranks_per_node";
/// without it all ranks are on one node.
[[nodiscard]] CallFeatures collective_features(const OperatorCall& call, const KernelConfig& config,
                                               CacheState cache, const Machine& machine);

}  // namespace ridge::cost_model
