// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/device.hpp"
#include "core/roof.hpp"

namespace ridge::cost_model {

/// A rate that a device does not exceed, and where it is known from.
struct Ceiling {
    double rate = 0;  ///< FLOP/s or bytes/s
    Provenance provenance = Provenance::specified;
    std::string source;
};

/// The ceilings of a device: measured roofs where there are some, the data sheet otherwise.
struct Ceilings {
    std::map<Precision, Ceiling> compute;      ///< FLOP/s, dense
    std::map<std::string, Ceiling> bandwidth;  ///< bytes/s by memory level: "DRAM", "L3" …
};

/// The best roof over its mixes for each precision and level, of scope "device"; the data sheet where none
/// was measured.
[[nodiscard]] Ceilings make_ceilings(const Device& device, const std::vector<Roof>& roofs);

/// The ceiling that arithmetic in `wanted` runs under: its own, or of the next wider precision that the
/// device has (fp8 → fp16 → bf16 → fp32, int4 → int8 → fp16 …), because narrower operands are widened.
struct ComputeCeiling {
    Precision precision = Precision::fp32;  ///< that the arithmetic really runs in
    Ceiling ceiling;
};
/// Nothing when the device has none of them.
[[nodiscard]] std::optional<ComputeCeiling> compute_ceiling(const Ceilings& ceilings, Precision wanted);

/// The outermost memory: level "DRAM".
[[nodiscard]] const Ceiling* memory_ceiling(const Ceilings& ceilings);

}  // namespace ridge::cost_model
