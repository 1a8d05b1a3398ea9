// SPDX-License-Identifier: Apache-2.0
#include "operators/gemm/dot_avx512.hpp"
#include "operators/gemm/tiled.hpp"

#if defined(RIDGE_HAS_AVX512_BF16)
namespace ridge::operators {

std::unique_ptr<PreparedKernel> prepare_tiled_bf16_avx512(const GemmOperands& operands,
                                                          const KernelConfig& config) {
    return prepare_tiled<DotBf16Avx512>(operands, config);
}

}  // namespace ridge::operators
#endif
