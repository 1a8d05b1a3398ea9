// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/json.hpp"
#include "cost_model/network/network_call.hpp"

namespace ridge::cost_model {

/// A residual network of bottleneck blocks (He et al. 2015, arXiv 1512.03385), by the names of Hugging Face's
/// config.json. Batch normalisation is folded into the convolutions, as it is wherever such a network serves.
struct ResNetConfig {
    std::string name;
    std::string architecture;                ///< "ResNetForImageClassification"
    std::int64_t image_size = 0;             ///< pixels a side, 224 where the file has none
    std::int64_t num_channels = 0;           ///< of the image
    std::int64_t embedding_size = 0;         ///< features of the first convolution
    std::vector<std::int64_t> hidden_sizes;  ///< features behind each stage
    std::vector<std::int64_t> depths;        ///< blocks of each stage
    std::int64_t num_labels = 0;
    bool halves_first_stage = false;    ///< the first stage halves the image too
    bool halves_in_first_conv = false;  ///< of a block: the 1x1 instead of the 3x3 convolution has the stride

    /// Of the network as it is trained: normalisations included, 25,557,032 for ResNet-50.
    [[nodiscard]] double parameters() const;
};

[[nodiscard]] ResNetConfig resnet_from_json(const JsonReader& json, std::string name);

/// Every call of one pass over `batch` images, in order of execution. Activation functions are part of the
/// convolutions; the global average at the end, 0.01 % of the bytes, is left out.
[[nodiscard]] std::vector<NetworkCall> resnet_calls(const ResNetConfig& model, std::int64_t batch,
                                                    const Precisions& precisions);

}  // namespace ridge::cost_model
