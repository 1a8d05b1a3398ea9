// SPDX-License-Identifier: Apache-2.0
#include "operators/gemm/n_of_m_kernels.hpp"

namespace ridge::operators {

std::unique_ptr<PreparedKernel> prepare_n_of_m_fp32(const GemmOperands& operands,
                                                    const KernelConfig& config) {
    return prepare_windows<float>(operands, config);
}

}  // namespace ridge::operators
