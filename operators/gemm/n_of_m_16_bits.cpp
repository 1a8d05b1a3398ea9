// SPDX-License-Identifier: Apache-2.0
#include "operators/gemm/n_of_m_kernels.hpp"

namespace ridge::operators {

std::unique_ptr<PreparedKernel> prepare_n_of_m_16_bits(const GemmOperands& operands,
                                                       const KernelConfig& config) {
    return operands.call().w.precision == Precision::bf16 ? prepare_windows<Bf16>(operands, config)
                                                          : prepare_windows<Fp16>(operands, config);
}

}  // namespace ridge::operators
