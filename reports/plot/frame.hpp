// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reports/plot/scene.hpp"

namespace ridge::reports::plot {

/// Draws everything around the data (title, legend, grid, ticks, axis titles) into `drawing` and returns the
/// rectangle that is left for the data.
[[nodiscard]] Rect draw_frame(const Scene& scene, const LayoutOptions& options, Drawing& drawing);

}  // namespace ridge::reports::plot
