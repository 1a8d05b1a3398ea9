// SPDX-License-Identifier: Apache-2.0
#include "operators/gemm/dot_avx512.hpp"
#include "operators/gemm/tiled.hpp"

#if defined(RIDGE_HAS_AVX512_VNNI)
namespace ridge::operators {

std::unique_ptr<PreparedKernel> prepare_tiled_int8_vnni(const GemmOperands& operands,
                                                        const KernelConfig& config) {
    return prepare_tiled<DotInt8Vnni>(operands, config);
}

}  // namespace ridge::operators
#endif
