// SPDX-License-Identifier: Apache-2.0
#include "operators/gemm/n_of_m_kernels.hpp"

namespace ridge::operators {

std::unique_ptr<PreparedKernel> prepare_n_of_m_int8(const GemmOperands& operands,
                                                    const KernelConfig& config) {
    return prepare_windows<std::int8_t>(operands, config);
}

}  // namespace ridge::operators
