// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/registry.hpp"

namespace ridge::operators {

/// Of conv2d and patch_embedding.
[[nodiscard]] std::unique_ptr<OperandSet> make_convolution_operands(const OperatorCall& call,
                                                                    std::uint64_t seed);
[[nodiscard]] Implementations make_conv2d_implementations();
[[nodiscard]] Implementations make_patch_embedding_implementations();

[[nodiscard]] std::unique_ptr<OperandSet> make_max_pool2d_operands(const OperatorCall& call,
                                                                   std::uint64_t seed);
[[nodiscard]] Implementations make_max_pool2d_implementations();

}  // namespace ridge::operators
