// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>

#include "core/kernel_config.hpp"
#include "operators/tensor_kernel.hpp"

namespace ridge::operators {

/// tile, rows, keys, splits.
[[nodiscard]] ParameterSpace flash_space();
/// Attention of many queries, or of many heads that share a cache.
[[nodiscard]] std::unique_ptr<TensorKernel> prepare_flash(const TensorOperands& operands,
                                                          const KernelConfig& config);

}  // namespace ridge::operators
