// SPDX-License-Identifier: Apache-2.0
#include "operators/gemm/dot_avx512.hpp"
#include "operators/vision/convolution_launch.hpp"

#if defined(RIDGE_HAS_AVX512_VNNI)
namespace ridge::operators {

std::unique_ptr<TensorKernel> prepare_convolution_int8_vnni(const TensorOperands& operands,
                                                            const KernelConfig& config) {
    return prepare_convolution<std::int8_t, DotInt8Vnni>(operands, config);
}

}  // namespace ridge::operators
#endif
