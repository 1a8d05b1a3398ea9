// SPDX-License-Identifier: Apache-2.0
#include "operators/gemm/dot_avx512.hpp"
#include "operators/gemm/gemv.hpp"

namespace ridge::operators {

std::unique_ptr<PreparedKernel> prepare_gemv_bf16(const GemmOperands& operands, const KernelConfig& config) {
    return prepare_skinny<BestBf16, DenseStorage, gemv_tiles>(operands, config);
}

}  // namespace ridge::operators
