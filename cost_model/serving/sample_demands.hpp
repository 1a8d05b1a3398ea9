// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "cost_model/serving/step_parts.hpp"

namespace ridge::cost_model {

inline constexpr std::int64_t samples_at_once = 64;  ///< enough to fill the devices that are measured so

/// What `samples_at_once` texts of an encoder, or images of a network of convolutions, ask of a device: no
/// logits. Throws InputError for a model that the catalogue has not.
[[nodiscard]] Demands sample_demands(const std::string& model, const DeviceModel& device,
                                     const Precisions& precisions, double tokens);

/// Samples a second.
[[nodiscard]] double samples_per_s(const Demands& demands, const EngineParameters& engine);

}  // namespace ridge::cost_model
