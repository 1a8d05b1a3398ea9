// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/tensor_kernel.hpp"

namespace ridge::operators {

/// Whether transpose_avx512() was compiled in.
[[nodiscard]] bool has_transpose_avx512();

/// Transposes squares of a cache line's words in vector registers.
[[nodiscard]] std::unique_ptr<TensorKernel> transpose_avx512(const TensorOperands& operands,
                                                             const KernelConfig& config);

}  // namespace ridge::operators
