// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/device.hpp"
#include "core/roof.hpp"
#include "cost_model/placement/topology.hpp"

namespace ridge::cost_model {

/// A rate that a device does not exceed, and where it is known from.
struct Ceiling {
    double rate = 0;  ///< FLOP/s or bytes/s
    Provenance provenance = Provenance::specified;
    std::string source;
};

/// The ceilings of a device: measured roofs where there are some, the data sheet otherwise.
struct Ceilings {
    std::map<Precision, Ceiling> compute;  ///< FLOP/s, dense
    std::map<std::string, Ceiling>
        bandwidth;  ///< bytes/s by memory level, best over access patterns: "DRAM", "L3" …
    std::map<std::string, Ceiling> read;  ///< bytes/s of the measured read roofs, by memory level
};

/// The best roof over its mixes for each precision and level, of scope "device"; the data sheet where none
/// was measured.
[[nodiscard]] Ceilings make_ceilings(const Device& device, const std::vector<Roof>& roofs);

/// Ways to other devices as levels of bandwidth, each in one direction: "link" between the devices of a node,
/// "pair" over a bridge that joins two, "network" between nodes; what no data sheet says as make_topology()
/// assumes it. Measured ones stay.
void add_links(Ceilings& ceilings, const std::vector<Interconnect>& interconnects);

/// The ceiling that arithmetic in `wanted` runs under: the highest of its own and of the wider precisions
/// that it can be widened to (fp8 → fp16 → fp32, bf16 → fp32, int4 → int8 → fp16 …). A processor's bf16
/// instructions may be slower than fp32's.
struct ComputeCeiling {
    Precision precision = Precision::fp32;  ///< that the arithmetic really runs in
    Ceiling ceiling;
};
/// Nothing when the device has none of them.
[[nodiscard]] std::optional<ComputeCeiling> compute_ceiling(const Ceilings& ceilings, Precision wanted);

/// What bounds traffic with a level: its read roof where at least three quarters are read and that roof was
/// measured (a copy may move more bytes/s than a read), else its best; nullptr when the level has none.
[[nodiscard]] const Ceiling* bandwidth_ceiling(const Ceilings& ceilings, const std::string& level,
                                               double read_share);

/// The outermost memory: level "DRAM", best over access patterns.
[[nodiscard]] const Ceiling* memory_ceiling(const Ceilings& ceilings);

}  // namespace ridge::cost_model
