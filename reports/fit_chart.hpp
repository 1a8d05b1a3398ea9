// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cost_model/kernel/kernel_model.hpp"
#include "reports/plot/scene.hpp"

namespace ridge::reports {

/// Predicted over measured time of the calls that the fit did not see, on logarithmic axes of one range, with
/// the diagonal of a perfect prediction and a factor of 2 on both sides. One colour and shape for each kernel
/// family and kind of call; without points when the model has none.
[[nodiscard]] plot::Scene fit_scene(const cost_model::KernelModel& model);

}  // namespace ridge::reports
