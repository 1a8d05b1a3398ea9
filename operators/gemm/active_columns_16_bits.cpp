// SPDX-License-Identifier: Apache-2.0
#include "operators/gemm/active_columns_kernels.hpp"

namespace ridge::operators {

std::unique_ptr<PreparedKernel> prepare_active_16_bits(const GemmOperands& operands,
                                                       const KernelConfig& config) {
    return operands.call().w.precision == Precision::bf16 ? prepare_active<Bf16>(operands, config)
                                                          : prepare_active<Fp16>(operands, config);
}

}  // namespace ridge::operators
