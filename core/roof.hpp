// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/json.hpp"
#include "core/measurement.hpp"
#include "core/precision.hpp"

namespace ridge {

/// A ceiling of a device that can be probed: FLOP/s of a precision by a named mix of instructions, or bytes/s
/// of a memory level by a named access pattern.
struct RoofProbe {
    enum class Kind { compute, bandwidth };
    Kind kind = Kind::compute;
    std::string mix;  ///< compute: "fma", "add", "vnni" …; bandwidth: "read", "copy", "triad"
    Precision precision = Precision::fp32;  ///< of the arithmetic, or of the elements moved
    std::string level;                      ///< bandwidth only: "L1", "L2", "L3", "DRAM"
    std::int64_t working_set_bytes = 0;     ///< bandwidth only, over all cores
    std::string scope = "device";           ///< "core", "socket" or "device"

    /// Key in the store and on the wire: "bandwidth read fp32 DRAM device", "compute fma fp32 device".
    [[nodiscard]] std::string text() const;
    [[nodiscard]] Json json() const;
    [[nodiscard]] static RoofProbe from_json(const JsonReader& json);
    bool operator==(const RoofProbe&) const = default;
};

/// A measured or specified ceiling; FLOP/s or bytes/s.
struct Roof {
    RoofProbe probe;
    Provenance provenance = Provenance::measured;
    double rate = 0;                     ///< median over the samples, or the data sheet's figure
    double rate_low = 0, rate_high = 0;  ///< 95 % interval of the median; equal to rate when specified
    std::vector<double> samples;         ///< rates, in the order taken; empty when specified
    std::string source;                  ///< worker or data sheet
};

/// The highest roof of a kind (a compute precision, or a memory level) over its mixes; nullptr when there is
/// none.
[[nodiscard]] const Roof* best_compute_roof(const std::vector<Roof>& roofs, Precision precision);
[[nodiscard]] const Roof* best_bandwidth_roof(const std::vector<Roof>& roofs, const std::string& level);
/// The roof of one access pattern at one level, e.g. ("DRAM", "read"); nullptr when there is none.
[[nodiscard]] const Roof* bandwidth_roof(const std::vector<Roof>& roofs, const std::string& level,
                                         const std::string& mix);

}  // namespace ridge
