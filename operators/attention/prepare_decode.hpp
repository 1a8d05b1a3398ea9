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

/// The same with products in pairs of bf16, for queries in bf16 and caches in bf16, fp8 and int4.
inline constexpr const char* paired_decode_name = "kokkos-decode-bf16-avx512";
[[nodiscard]] std::optional<std::string> paired_decode_refusal(const OperatorCall& call,
                                                               const KernelConfig& config);
[[nodiscard]] std::unique_ptr<TensorKernel> prepare_paired_decode(const TensorOperands& operands,
                                                                  const KernelConfig& config);

}  // namespace ridge::operators
