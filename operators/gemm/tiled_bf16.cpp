// SPDX-License-Identifier: Apache-2.0
#include "operators/gemm/tiled.hpp"

namespace ridge::operators {

std::unique_ptr<PreparedKernel> prepare_tiled_bf16(const GemmOperands& operands, const KernelConfig& config) {
    return prepare_tiled<DotStored<Bf16>>(operands, config);
}

}  // namespace ridge::operators
