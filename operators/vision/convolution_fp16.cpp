// SPDX-License-Identifier: Apache-2.0
#include "operators/vision/convolution_launch.hpp"

namespace ridge::operators {

std::unique_ptr<TensorKernel> prepare_convolution_fp16(const TensorOperands& operands,
                                                       const KernelConfig& config) {
    return prepare_convolution<Fp16, DotStored<Fp16>>(operands, config);
}

}  // namespace ridge::operators
