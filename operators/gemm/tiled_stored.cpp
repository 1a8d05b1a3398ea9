// SPDX-License-Identifier: Apache-2.0
#include "operators/gemm/tiled.hpp"

namespace ridge::operators {

std::unique_ptr<PreparedKernel> prepare_tiled_fp64(const GemmOperands& operands, const KernelConfig& config) {
    return prepare_tiled<DotFp64, stored_tiles>(operands, config);
}

std::unique_ptr<PreparedKernel> prepare_tiled_fp16(const GemmOperands& operands, const KernelConfig& config) {
    return prepare_tiled<DotStored<Fp16>, stored_tiles>(operands, config);
}

std::unique_ptr<PreparedKernel> prepare_tiled_fp8_e4m3(const GemmOperands& operands,
                                                       const KernelConfig& config) {
    return prepare_tiled<DotStored<Fp8E4m3>, stored_tiles>(operands, config);
}

std::unique_ptr<PreparedKernel> prepare_tiled_fp8_e5m2(const GemmOperands& operands,
                                                       const KernelConfig& config) {
    return prepare_tiled<DotStored<Fp8E5m2>, stored_tiles>(operands, config);
}

}  // namespace ridge::operators
