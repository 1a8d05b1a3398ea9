// SPDX-License-Identifier: Apache-2.0
#include "operators/gemm/active_columns_kernels.hpp"

namespace ridge::operators {

std::unique_ptr<PreparedKernel> prepare_active_int8(const GemmOperands& operands,
                                                    const KernelConfig& config) {
    return prepare_active<std::int8_t>(operands, config);
}

}  // namespace ridge::operators
