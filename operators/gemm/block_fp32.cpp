// SPDX-License-Identifier: Apache-2.0
#include "operators/gemm/block_sparse.hpp"
#include "operators/gemm/dot_avx512.hpp"

namespace ridge::operators {

std::unique_ptr<PreparedKernel> prepare_block_fp32(const GemmOperands& operands, const KernelConfig& config) {
    return prepare_skinny<DotFp32, BlockStorage, block_tiles>(operands, config);
}

}  // namespace ridge::operators
