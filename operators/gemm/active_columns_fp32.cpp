// SPDX-License-Identifier: Apache-2.0
#include "operators/gemm/active_columns_kernels.hpp"

namespace ridge::operators {

std::unique_ptr<PreparedKernel> prepare_active_fp32(const GemmOperands& operands,
                                                    const KernelConfig& config) {
    return prepare_active<float>(operands, config);
}

}  // namespace ridge::operators
