// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>

#include "core/kernel_config.hpp"
#include "operators/tensor_kernel.hpp"

namespace ridge::operators {

/// splits, block, ahead, heads.
[[nodiscard]] ParameterSpace decode_space();
[[nodiscard]] std::optional<std::string> decode_refusal(const OperatorCall& call, const KernelConfig& config);
/// Attention of few queries, whatever the kind of attention.
[[nodiscard]] std::unique_ptr<TensorKernel> prepare_decode(const TensorOperands& operands,
                                                           const KernelConfig& config);

}  // namespace ridge::operators
