// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "operators/catalogue.hpp"

namespace ridge::operators {

/// Operators on images, whose channels lie next to each other in memory (batch × height × width × channels):
/// conv2d           square kernels, kernel / 2 zeros around the image, a bias for each feature, as networks
///                  have that fold their normalisations into their convolutions (He et al. 2015);
/// patch_embedding  the convolution that cuts an image into patches without overlap (Dosovitskiy et al.
/// 2020); max_pool2d       the largest value of each channel in each window. Biases are fp32 (fp64 with fp64
/// operands, int32 with int8 operands).
[[nodiscard]] std::vector<OperatorInfo> vision_operators();

}  // namespace ridge::operators
