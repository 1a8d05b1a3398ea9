// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cost_model/serving/step_parts.hpp"

namespace ridge::cost_model {

/// What a network that generates nothing asks of a device, for batches of several sizes: in a small one what
/// layers hand to each other stays in the device's last cache, a large one fills the arithmetic.
struct SampleDemands {
    struct Batch {
        double samples = 1;
        Demands demands;
    };
    std::vector<Batch> batches;
};

/// Of texts of `tokens` tokens for an encoder, or of images for a network of convolutions: no logits. Throws
/// InputError for a model that the catalogue has not.
[[nodiscard]] SampleDemands sample_demands(const std::string& model, const DeviceModel& device,
                                           const Precisions& precisions, double tokens);

/// Samples a second, of the batch that is best.
[[nodiscard]] double samples_per_s(const SampleDemands& demands, const EngineParameters& engine);

}  // namespace ridge::cost_model
