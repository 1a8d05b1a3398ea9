// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/device.hpp"
#include "core/roof.hpp"
#include "reports/call_results.hpp"
#include "reports/plot/scene.hpp"

namespace ridge::reports::plot {

struct RooflineInput {
    std::string device;       ///< name for the title
    std::vector<Roof> roofs;  ///< measured and specified
    std::vector<CallResult> calls;
};

/// The roofline (Williams, Waterman, Patterson 2009) on logarithmic axes: measured roofs as lines with their
/// uncertainty as a band, specified ceilings dashed, ridge points of DRAM, and one point for each call at its
/// compulsory DRAM intensity, with its number. Points above their roof are flagged, never clipped. Calls
/// without arithmetic have no intensity and are left out. Compute roofs are those of the calls' precisions;
/// all of them when there is no call.
[[nodiscard]] Scene roofline_scene(const RooflineInput& input);

/// Data-sheet ceilings of a device as roofs: peaks by precision and the DRAM bandwidth, where it has them.
[[nodiscard]] std::vector<Roof> specified_roofs(const Device& device);

/// Id of a call's point in the scene, and back: the number of the call, 0 for another id.
[[nodiscard]] std::string point_id(int number);
[[nodiscard]] int point_number(const std::string& id);

/// Colour and shape of a precision, the same everywhere.
struct PrecisionStyle {
    Role colour;
    Shape shape;
};
[[nodiscard]] PrecisionStyle style_of(Precision precision);

}  // namespace ridge::reports::plot
