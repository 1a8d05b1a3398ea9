// SPDX-License-Identifier: Apache-2.0
#include "operators/gemm/gemv.hpp"

namespace ridge::operators {

std::unique_ptr<PreparedKernel> prepare_gemv_fp64(const GemmOperands& operands, const KernelConfig& config) {
    return prepare_skinny<DotFp64, DenseStorage, stored_gemv_tiles>(operands, config);
}

std::unique_ptr<PreparedKernel> prepare_gemv_fp16(const GemmOperands& operands, const KernelConfig& config) {
    return prepare_skinny<DotStored<Fp16>, DenseStorage, stored_gemv_tiles>(operands, config);
}

std::unique_ptr<PreparedKernel> prepare_gemv_fp8_e4m3(const GemmOperands& operands,
                                                      const KernelConfig& config) {
    return prepare_skinny<DotStored<Fp8E4m3>, DenseStorage, stored_gemv_tiles>(operands, config);
}

std::unique_ptr<PreparedKernel> prepare_gemv_fp8_e5m2(const GemmOperands& operands,
                                                      const KernelConfig& config) {
    return prepare_skinny<DotStored<Fp8E5m2>, DenseStorage, stored_gemv_tiles>(operands, config);
}

}  // namespace ridge::operators
